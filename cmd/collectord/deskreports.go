package main

import (
	"context"
	"flag"
	"strconv"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

// deskReport is a command of an answer about accounts and what they did, which an
// account gets that has the role of its page. It shows nobody.
func deskReport(role office.Role, name, short, example string, more func(*flag.FlagSet), ask func(context.Context, cli.IO, asked) (view.Table, string, error)) *cli.Command {
	var o officeFlags
	return &cli.Command{
		Name: name, Short: short, Examples: []string{example},
		Flags: func(f *flag.FlagSet) {
			o.add(f)
			o.addAccount(f)
			if more != nil {
				more(f)
			}
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			day, err := o.plain(args)
			if err != nil {
				return err
			}
			if err := o.formatted(); err != nil {
				return err
			}
			c, err := readConfig(o.config, (*config).forAccounts)
			if err != nil {
				return err
			}
			d, err := o.looking.open(ctx, c)
			if err != nil {
				return err
			}
			defer d.office.Close()
			if !d.who.May(role) {
				return office.ErrRole
			}
			table, of, err := ask(ctx, io, asked{day: day, language: o.language, desk: d, scope: d.who.Scope})
			if err != nil {
				return err
			}
			return o.write(io, table, of)
		},
	}
}

// receiptsReport shows whose lists somebody has; nobody's name is on it.
func receiptsReport() *cli.Command {
	return deskReport(office.Lists, "receipts", "ai đã tải và xác nhận danh sách nào của ngày / who fetched and confirmed which list of a day, and who fetched none",
		"collectord report receipts --day 2026-11-21 --format csv --out receipts.csv", nil,
		func(ctx context.Context, _ cli.IO, a asked) (view.Table, string, error) {
			all, err := a.desk.office.Receipts(ctx, a.desk.who, a.day)
			return office.ReceiptTable(all, a.language), onDay(a), err
		})
}

// looksReport is the log of looks as the page /looks has it.
func looksReport() *cli.Command {
	var from, by string
	var of bool
	return deskReport(office.Admin, "looks", "nhật ký xem: ai đã xem người nào, lúc nào, vì sao / the log of looks: who looked at whom, when and why",
		"collectord report looks --from 2026-11-15 --day 2026-11-21 --format csv --out looks.csv",
		func(f *flag.FlagSet) {
			f.StringVar(&from, "from", "", "ngày đầu / first day (default: six days before --day, which is the last)")
			f.StringVar(&by, "by", "", "chỉ của một tài khoản / looks by this account alone")
			f.BoolVar(&of, "of", false, "ai đã xem người này, số giấy tờ ở đầu vào / who looked at the person whose number comes on standard input")
		},
		func(ctx context.Context, io cli.IO, a asked) (view.Table, string, error) {
			first := a.day.AddDate(0, 0, -6)
			if from != "" {
				var err error
				if first, err = parseDay("--from", from); err != nil {
					return view.Table{}, "", err
				}
			}
			if first.After(a.day) {
				return view.Table{}, "", daysTurned("--from", "--day")
			}
			q := office.LooksOf{Account: by, From: view.Begins(first), To: view.Begins(a.day.AddDate(0, 0, 1))}
			if of {
				number, err := documentNumber(io)
				if err != nil {
					return view.Table{}, "", err
				}
				q.Subject = a.desk.person(number)
			}
			all, err := a.desk.office.Looks(ctx, q)
			return office.LookTable(all, a.language), first.Format("02/01/2006") + " – " + onDay(a), err
		})
}

// secondsReport is what waits for a second person, as the page /requests has it.
func secondsReport() *cli.Command {
	return deskReport(office.Approve, "requests", "yêu cầu chờ người thứ hai duyệt / looks that wait for a second person",
		"collectord report requests --account binh.y-te --format csv --out requests.csv", nil,
		func(ctx context.Context, _ cli.IO, a asked) (view.Table, string, error) {
			all, err := a.desk.office.Seconds(ctx, a.desk.who)
			return office.SecondTable(all, a.language), view.Moment(new(time.Now())), err
		})
}

// accountsReport is who may open what, as the page /accounts has it.
func accountsReport() *cli.Command {
	var find string
	return deskReport(office.Admin, "accounts", "tài khoản, vai trò, phạm vi / accounts with their roles and scopes",
		"collectord report accounts --format csv --out accounts.csv",
		func(f *flag.FlagSet) {
			f.StringVar(&find, "find", "", "một phần tên / part of the name")
		},
		func(ctx context.Context, _ cli.IO, a asked) (view.Table, string, error) {
			all, err := a.desk.office.Accounts(ctx)
			all = office.Named(all, find)
			return office.AccountTable(all, a.language), strconv.Itoa(len(all)), err
		})
}

// rightsReport is what people asked for about themselves, with its clocks.
func rightsReport() *cli.Command {
	return officeReport("rights", "yêu cầu chưa xong của người dân, gấp trước / requests of people that are not done, the most urgent first",
		"collectord report rights --format csv --out rights.csv", nil,
		func(ctx context.Context, _ cli.IO, a asked) (view.Table, string, error) {
			all, err := a.view.Requests(ctx)
			return view.RequestTable(all), onDay(a), err
		})
}
