package main

import (
	"context"
	"flag"
	"fmt"
	"io"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build/input"
	"checkpoint/sync/collector/view"
)

// which narrows a list of sites.
func which(only string, all []view.Site) ([]view.Site, error) {
	switch only {
	case "all":
		return all, nil
	case "scanning":
		return view.ScanningSites(all), nil
	case "silent":
		return view.SilentSites(all), nil
	case "ignored":
		return view.IgnoredSites(all), nil
	case "no-code":
		return view.SitesWithoutCode(all), nil
	case "not-installed":
		return view.SitesNotInstalled(all), nil
	}
	return nil, cli.Usage("--only %[1]q: phải là %[2]s / want %[2]s", only, "all, no-code, not-installed, scanning, silent, ignored")
}

func sitesReport() *cli.Command {
	var only string
	var days int
	return officeReport("sites", "điểm kiểm soát trong tuần / sites and their week: which have a code, which scan",
		"collectord report sites --only ignored --format csv --out ignored.csv",
		func(f *flag.FlagSet) {
			f.StringVar(&only, "only", "all", "all, scanning (có quét / scanned), no-code (chưa có mã / none was issued), not-installed (chưa lắp đủ / fewer devices than approved), silent (không quét / nothing scanned), ignored (đã nhắc ba lần / silent after three reminders)")
			f.IntVar(&days, "days", 7, "số ngày, đến hết --day / how many days, up to --day")
		},
		func(ctx context.Context, _ cli.IO, a asked) (view.Table, string, error) {
			if days < 1 {
				return view.Table{}, "", cli.Usage("--days %d: ít nhất là 1 / want at least 1", days)
			}
			from := a.day.AddDate(0, 0, 1-days)
			all, err := a.view.Sites(ctx, everything, from, a.day)
			if err != nil {
				return view.Table{}, "", err
			}
			all, err = which(only, all)
			return view.SiteTable(all), from.Format("02/01/2006") + " – " + onDay(a), err
		})
}

func weeklyReport() *cli.Command {
	return officeReport("weekly", "báo cáo tuần về các điểm, theo xã / weekly report of sites, by commune",
		"collectord report weekly --day 2026-11-22 --format csv --out week.csv", nil,
		func(ctx context.Context, _ cli.IO, a asked) (view.Table, string, error) {
			all, err := weekOfSites(ctx, a)
			return view.WeekTable(view.Week(all), a.language), a.day.AddDate(0, 0, -6).Format("02/01/2006") + " – " + onDay(a), err
		})
}

// weekOfSites are all sites with the week that ends with the day.
func weekOfSites(ctx context.Context, a asked) ([]view.Site, error) {
	return a.view.Sites(ctx, everything, a.day.AddDate(0, 0, -6), a.day)
}

func siteCommand() *cli.Command {
	list := sitesReport()
	list.Name = "list"
	list.Examples = []string{"collectord site list --only no-code"}
	return &cli.Command{
		Name: "site", Short: "sổ điểm kiểm soát / the register of sites",
		Examples: []string{"collectord site import sites.csv", "collectord site list --only silent", "collectord site remind"},
		Sub: []*cli.Command{
			importCommand("site", "import", "thêm hoặc sửa điểm / add sites or change them: id, name, kind; commune, contact, place_code, asked, approved, installed, latitude, longitude",
				"collectord site import sites.csv", (*view.View).ImportSites),
			list, remindCommand(),
		},
	}
}

// remindCommand counts the reminders; whoever runs it sends them.
func remindCommand() *cli.Command {
	return officeReport("remind", "ghi một lần nhắc các điểm không quét trong 7 ngày / count a reminder for each site that scanned nothing in 7 days, and list them",
		"collectord site remind --format csv --out to-remind.csv", nil,
		func(ctx context.Context, _ cli.IO, a asked) (view.Table, string, error) {
			all, err := weekOfSites(ctx, a)
			if err != nil {
				return view.Table{}, "", err
			}
			silent := view.SilentSites(all)
			_, err = a.view.Remind(ctx, silent, a.day)
			return view.SiteTable(silent), onDay(a), err
		})
}

func communeCommand() *cli.Command {
	return &cli.Command{
		Name: "commune", Short: "xã, phường và cấp độ dịch / communes and their zone levels",
		Examples: []string{"collectord commune import communes.csv", "collectord commune zones zones.csv"},
		Sub: []*cli.Command{
			importCommand("commune", "import", "thêm hoặc sửa xã / add communes or change them: code, name; district, province", "collectord commune import communes.csv",
				(*view.View).ImportCommunes),
			importCommand("commune", "zones", "cấp độ dịch / zone levels: commune, since, level", "collectord commune zones zones.csv", (*view.View).ImportZones),
		},
	}
}

// importCommand takes a CSV file in. Nothing is changed where a row is bad.
func importCommand(of, name, short, example string, take func(*view.View, context.Context, io.Reader) (int, error)) *cli.Command {
	var file string
	return &cli.Command{
		Name: name, Short: short, Examples: []string{example},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&file, "config", defaultConfig, "tệp cấu hình / configuration file")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) != 1 {
				return cli.Usage("collectord %s %s: cần một tệp / one file is needed", of, name)
			}
			_, v, err := openView(ctx, file)
			if err != nil {
				return err
			}
			defer v.Pool.Close()
			src, err := input.Open(args[0])
			if err != nil {
				return err
			}
			defer src.Close()
			n, err := take(v, ctx, src)
			if err != nil {
				return cli.Hint(fmt.Errorf("%s: %w", args[0], err), "không có gì thay đổi / nothing was changed")
			}
			fmt.Fprintf(io.Out, "%d dòng / rows\n", n)
			return nil
		},
	}
}
