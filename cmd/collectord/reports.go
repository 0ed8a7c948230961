package main

import (
	"context"
	"flag"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

// answers is a command's question to the view.
type answers func(context.Context, cli.IO, asked) (view.Table, string, error)

// officeReport is a command of an answer: more adds flags of its own. It shows nobody.
func officeReport(name, short, example string, more func(*flag.FlagSet), ask answers) *cli.Command {
	return reportOf("", name, short, example, more, ask)
}

// reportOf is a command of an answer that is a look at people, and stands in the
// log as that.
func reportOf(what office.What, name, short, example string, more func(*flag.FlagSet), ask answers) *cli.Command {
	var o officeFlags
	return &cli.Command{
		Name: name, Short: short, Examples: []string{example},
		Flags: func(f *flag.FlagSet) {
			o.add(f)
			if what != "" {
				o.looking.add(f)
			}
			if more != nil {
				more(f)
			}
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			return o.run(ctx, io, args, what, func(ctx context.Context, a asked) (view.Table, string, error) { return ask(ctx, io, a) })
		},
	}
}

func onDay(a asked) string { return a.day.Format("02/01/2006") }

// officeReports are the answers that offices get every day.
func officeReports() []*cli.Command {
	return []*cli.Command{arrivalsReport(), dailyReport(), routeReport(), contactsReport(), qualityReport(), papersReport(), correctionsReport(), sitesReport(), weeklyReport(), mapReport(), hoursReport(), fleetReport(), rolloutReport(), receiptsReport(), looksReport(), secondsReport(), accountsReport(), rightsReport()}
}

func arrivalsReport() *cli.Command {
	var end, commune, district string
	return reportOf(office.List, "arrivals", "người đến, theo xã / people who arrived, by commune",
		"collectord report arrivals --day 2026-11-21 --commune 10507 --format csv --out 10507.csv",
		func(f *flag.FlagSet) {
			f.StringVar(&end, "end", string(view.Origin), "origin: người của xã / people registered in the commune; destination: người vào xã / who went in at its sites")
			f.StringVar(&commune, "commune", "", "mã xã / code of a commune (default all)")
			f.StringVar(&district, "district", "", "tên huyện / name of a district (default all)")
		},
		func(ctx context.Context, _ cli.IO, a asked) (view.Table, string, error) {
			q := view.ArrivalsOf{Scope: a.scope, End: view.End(end), Day: a.day, Commune: commune, District: district}
			if q.End != view.Origin && q.End != view.Destination {
				return view.Table{}, "", cli.Usage("--end %q: phải là origin hoặc destination / want origin or destination", end)
			}
			if err := a.listed(ctx, q.List()); err != nil {
				return view.Table{}, "", err
			}
			list, err := a.view.Arrivals(ctx, q)
			return view.ArrivalTable(list), onDay(a) + " " + commune + district, err
		})
}

func dailyReport() *cli.Command {
	var by, site string
	return officeReport("daily", "báo cáo ngày / report of a day: in, out, verdicts, turned back, waiting",
		"collectord report daily --day 2026-11-21 --by hour --format pdf --out 2026-11-21.pdf",
		func(f *flag.FlagSet) {
			f.StringVar(&by, "by", string(view.BySite), "site, lane, hour, commune")
			f.StringVar(&site, "site", "", "mã một điểm / id of one site (default all)")
		},
		func(ctx context.Context, _ cli.IO, a asked) (view.Table, string, error) {
			switch view.By(by) {
			case view.BySite, view.ByLane, view.ByHour, view.ByCommune:
			default:
				return view.Table{}, "", cli.Usage("--by %q: phải là site, lane, hour hoặc commune / want site, lane, hour or commune", by)
			}
			lines, err := a.view.Daily(ctx, view.DailyOf{Scope: everything, Day: a.day, By: view.By(by), Site: site})
			return view.DailyTable(lines, view.By(by), a.language), onDay(a) + " " + site, err
		})
}

func routeReport() *cli.Command {
	return reportOf(office.Route, "route", "hành trình của một người, số giấy tờ ở đầu vào / way of a person; the number comes on standard input",
		"collectord report route --reason 'ca 12' --format csv --out route.csv < number.txt", nil,
		func(ctx context.Context, io cli.IO, a asked) (view.Table, string, error) {
			number, err := documentNumber(io)
			if err != nil {
				return view.Table{}, "", err
			}
			if err := a.desk.look(ctx, office.Look{What: office.Route, Subject: a.desk.person(number)}); err != nil {
				return view.Table{}, "", err
			}
			way, err := a.view.Route(ctx, a.scope, number)
			return view.RouteTable(way), "", err
		})
}

func contactsReport() *cli.Command {
	var from string
	var within time.Duration
	return reportOf(office.Contacts, "contacts", "người tiếp xúc một ca, số giấy tờ ở đầu vào / who was near a case; the number comes on standard input",
		"collectord report contacts --reason 'ca 12' --from 2026-11-14 --day 2026-11-21 --within 15m --format csv --out contacts.csv < number.txt",
		func(f *flag.FlagSet) {
			f.StringVar(&from, "from", "", "ngày đầu / first day (default: that of --day)")
			f.DurationVar(&within, "within", 15*time.Minute, "trước và sau bao lâu / how long before and after, at most 12h")
		},
		func(ctx context.Context, io cli.IO, a asked) (view.Table, string, error) {
			first := a.day
			if from != "" {
				var err error
				if first, err = parseDay("--from", from); err != nil {
					return view.Table{}, "", err
				}
			}
			if first.After(a.day) {
				return view.Table{}, "", daysTurned("--from", "--day")
			}
			number, err := documentNumber(io)
			if err != nil {
				return view.Table{}, "", err
			}
			if err := a.desk.look(ctx, office.Look{What: office.Contacts, Subject: a.desk.person(number), Detail: office.Around(first, a.day, within)}); err != nil {
				return view.Table{}, "", err
			}
			near, err := a.view.Contacts(ctx, a.scope, number, first, a.day, within)
			return view.ContactTable(near), first.Format("02/01/2006") + " – " + onDay(a), err
		})
}

func qualityReport() *cli.Command {
	var list string
	return reportOf(office.List, "quality", "dữ liệu cần xem lại / data that the health and police offices have to look at",
		"collectord report quality --list not-in-data --day 2026-11-21 --format csv --out not-in-data.csv",
		func(f *flag.FlagSet) {
			f.StringVar(&list, "list", string(view.NotInData), "not-in-data, vaccinated (giấy tiêm có, dữ liệu không / shown, not in the data), reissued, name, asked (cán bộ đề nghị / a guard asked for it)")
		},
		func(ctx context.Context, _ cli.IO, a asked) (view.Table, string, error) {
			switch view.Doubt(list) {
			case view.NotInData, view.NotShown, view.Reissued, view.NameDiffers, view.Asked:
			default:
				return view.Table{}, "", cli.Usage("--list %q: phải là not-in-data, vaccinated, reissued, name hoặc asked / want not-in-data, vaccinated, reissued, name or asked", list)
			}
			if err := a.listed(ctx, "quality/"+list); err != nil {
				return view.Table{}, "", err
			}
			all, err := a.view.Quality(ctx, a.scope, a.day, view.Doubt(list), view.Mark{}, 0)
			return view.QualityTable(all), list + " " + onDay(a), err
		})
}

func papersReport() *cli.Command {
	var o officeFlags
	var photo, box string
	return &cli.Command{
		Name: "papers", Short: "tờ khai giấy trong ngày; ảnh của một tờ / a day's paper forms, for the national system; the photo of one",
		Examples: []string{
			"collectord report papers --day 2026-11-21 --format csv --out papers.csv",
			"sudo -u checkpoint_open collectord report papers --photo 0f1e2d3c4b5a69788796a5b4c3d2e1f0 --reason 'xã hỏi lại số điện thoại' --out form.jpg",
		},
		Flags: func(f *flag.FlagSet) {
			o.add(f)
			o.looking.add(f)
			f.StringVar(&photo, "photo", "", "tên ảnh trong danh sách, mở bằng khoá của tỉnh / name of a photo in the list, opened with the province's key: as checkpoint_open, with --reason and --out")
			f.StringVar(&box, "box", "", "máy đã chụp / box that took the photo (default: the one that did)")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if photo != "" && len(args) == 0 {
				return photoWanted{o.config, photo, box, o.reason, o.out}.open(ctx, io)
			}
			return o.run(ctx, io, args, office.List, func(ctx context.Context, a asked) (view.Table, string, error) {
				if err := a.listed(ctx, "papers"); err != nil {
					return view.Table{}, "", err
				}
				forms, err := a.view.Papers(ctx, a.scope, a.day, view.Mark{}, 0)
				return view.PaperTable(forms), onDay(a), err
			})
		},
	}
}

func correctionsReport() *cli.Command {
	return reportOf(office.List, "corrections", "điều xã ghi, gửi cơ quan dân cư / what communes said of their lines, for the population office",
		"collectord report corrections --day 2026-11-21 --format csv --out corrections.csv", nil,
		func(ctx context.Context, _ cli.IO, a asked) (view.Table, string, error) {
			if err := a.listed(ctx, "corrections"); err != nil {
				return view.Table{}, "", err
			}
			all, err := a.view.Corrections(ctx, a.scope, a.day, view.Mark{}, 0)
			return view.CorrectionTable(all), onDay(a), err
		})
}
