package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/collector/office"
)

// forAccounts wants what accounts and the log need: the database, and the log's key.
func (c *config) forAccounts(f *faults) {
	c.common(f)
	f.database("view.database", c.View.Database)
	c.office(f)
}

func looksCommand() *cli.Command {
	var verify, of bool
	var first int64
	var account string
	var most int
	return onOffice("looks", "nhật ký xem người / the log of looks at people; --verify tells whether anything was taken out or changed",
		"collectord looks --verify", 0,
		func(f *flag.FlagSet) {
			f.BoolVar(&verify, "verify", false, "kiểm tra chuỗi / check the chain; exit code 1 where something is wrong")
			f.Int64Var(&first, "first", 1, "kiểm tra từ dòng / check from this line on: behind a gap that is known, such as of a restore")
			f.BoolVar(&of, "of", false, "ai đã xem người này, số giấy tờ ở đầu vào / who looked at the person whose number comes on standard input")
			f.StringVar(&account, "account", "", "chỉ một tài khoản / of this account alone")
			f.IntVar(&most, "most", 100, "nhiều nhất / list at most so many, newest first")
		},
		func(ctx context.Context, io cli.IO, o *office.Office, _ []string) error {
			if first < 1 || most < 1 {
				return cli.Usage("--first, --most: ít nhất là 1 / want at least 1")
			}
			if verify {
				return verifyLooks(ctx, io, o, first)
			}
			q := office.LooksOf{Account: account, Limit: most}
			if of {
				number, err := documentNumber(io)
				if err != nil {
					return err
				}
				q.Subject = o.Subject(number)
			}
			lines, err := o.Looks(ctx, q)
			if err != nil {
				return err
			}
			return printLooks(io, lines)
		})
}

// errLog: the log is not as it was written.
var errLog = errors.New("nhật ký không còn như khi ghi / the log of looks is not as it was written")

func verifyLooks(ctx context.Context, io cli.IO, o *office.Office, first int64) error {
	n, faults, err := o.VerifyLooks(ctx, first)
	if err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "%d dòng / lines, %d lỗi / faults\n", n, len(faults))
	for _, f := range faults {
		fmt.Fprintf(io.Out, "%s / %s\n", f.In("vi"), f)
	}
	if len(faults) > 0 {
		return cli.Hint(errLog, "docs/collector.md, phần Nhật ký / the part about the log of looks")
	}
	return nil
}

func printLooks(io cli.IO, lines []office.Line) error {
	table := tabwriter.NewWriter(cli.Plain(io.Out), 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "dòng\tlúc\ttài khoản\tngười thứ hai\tviệc\tvề\tchi tiết\tlý do")
	fmt.Fprintln(table, "line\tat\taccount\tsecond\twhat\tsubject\tdetail\treason")
	for _, l := range lines {
		fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", l.N, l.At.Format(time.RFC3339), l.Account, l.Second, l.What, l.Subject, l.Detail, l.Reason)
	}
	return table.Flush()
}

func secondCommand() *cli.Command {
	return &cli.Command{
		Name: "second", Short: "người thứ hai duyệt / the second person of a look at somebody",
		Examples: []string{"collectord second list --account binh.y-te", "collectord second see 7 --account binh.y-te", "collectord second approve 7 --account binh.y-te"},
		Sub: []*cli.Command{
			secondListCommand(),
			seeCommand(),
			answerCommand("approve", "duyệt / approve a request; the account's password on standard input", true),
			answerCommand("refuse", "không duyệt / refuse it; the account's password on standard input", false),
		},
	}
}

func secondListCommand() *cli.Command {
	var account string
	return onOffice("list", "yêu cầu chờ duyệt / requests that an account can answer, and its own", "collectord second list --account binh.y-te", 0,
		func(f *flag.FlagSet) { f.StringVar(&account, "account", "", "tài khoản / account") },
		func(ctx context.Context, io cli.IO, o *office.Office, _ []string) error {
			a, err := o.Account(ctx, account)
			if err != nil {
				return err
			}
			all, err := o.Seconds(ctx, a)
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(cli.Plain(io.Out), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "số\tlúc\ttài khoản\tviệc\tvề\tchi tiết\tlý do\ttrả lời")
			fmt.Fprintln(table, "number\tat\taccount\twhat\tsubject\tdetail\treason\tanswer")
			for _, s := range all {
				fmt.Fprintf(table, "%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", s.ID, s.Asked.Format(time.RFC3339), s.Account, s.What, s.Subject, s.Detail, s.Reason, answer(s))
			}
			return table.Flush()
		})
}

func answer(s office.Second) string {
	switch {
	case s.Answered == nil:
		return ""
	case s.Approved:
		return "✓ " + s.By
	}
	return "✗ " + s.By
}

// answerCommand wants the password of who answers: on the province's machine
// anybody could name another's account.
func answerCommand(name, short string, approve bool) *cli.Command {
	var account string
	return onOffice(name, short, "collectord second "+name+" 7 --account binh.y-te", 1,
		func(f *flag.FlagSet) {
			f.StringVar(&account, "account", "", "tài khoản trả lời / account that answers")
		},
		func(ctx context.Context, io cli.IO, o *office.Office, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil || strings.TrimSpace(account) == "" {
				return cli.Usage("collectord second %s: cần số của yêu cầu, và --account / want the number of a request, and --account", name)
			}
			return asWho(ctx, io, o, account, func(who office.Account) error { return o.Answer(ctx, who, id, approve) })
		})
}
