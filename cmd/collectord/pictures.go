package main

import (
	"context"
	"flag"
	"strconv"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/collector/view"
)

// pictureReport is a command whose answer is an SVG file; what says what is on it.
func pictureReport(name, short, example string, more func(*flag.FlagSet), draw func(context.Context, asked) (picture []byte, what string, err error)) *cli.Command {
	var o officeFlags
	return &cli.Command{
		Name: name, Short: short, Examples: []string{example},
		Flags: func(f *flag.FlagSet) {
			o.addAsked(f)
			if more != nil {
				more(f)
			}
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			return o.open(ctx, args, "", func(ctx context.Context, a asked) error {
				picture, what, err := draw(ctx, a)
				if err != nil {
					return err
				}
				return o.keep(io, picture, what)
			})
		},
	}
}

func mapReport() *cli.Command {
	return pictureReport("map", "bản đồ các điểm kiểm soát, SVG / map of the sites and their week, as SVG",
		"collectord report map --out map.svg", nil,
		func(ctx context.Context, a asked) ([]byte, string, error) {
			sites, err := weekOfSites(ctx, a)
			if err != nil {
				return nil, "", err
			}
			fleet, err := a.view.Fleet(ctx, everything, view.FleetOf{})
			m := view.SiteMap(sites, fleet.Lanes, a.language)
			return m.SVG(), strconv.Itoa(len(m.Places)) + " điểm / places", err
		})
}

func hoursReport() *cli.Command {
	var site string
	return pictureReport("hours", "người theo giờ trong ngày, SVG / plot of a day's people by hour, as SVG",
		"collectord report hours --day 2026-11-21 --out hours.svg",
		func(f *flag.FlagSet) {
			f.StringVar(&site, "site", "", "mã một điểm / id of one site (default all)")
		},
		func(ctx context.Context, a asked) ([]byte, string, error) {
			lines, err := a.view.Daily(ctx, view.DailyOf{Scope: everything, Day: a.day, By: view.ByHour, Site: site})
			return view.HoursPlot(lines, a.language).SVG(), onDay(a), err
		})
}
