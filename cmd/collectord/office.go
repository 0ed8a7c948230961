package main

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"strings"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/durable"
	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/collector/view"
)

// officeFlags are those of every answer to an office.
type officeFlags struct {
	config, day, format, out, language string
	looking                            // of what shows people
}

func (o *officeFlags) add(f *flag.FlagSet) {
	o.addAsked(f)
	f.StringVar(&o.format, "format", "table", "table, csv, pdf")
}

// addAsked are the flags of what has no format but its own.
func (o *officeFlags) addAsked(f *flag.FlagSet) {
	f.StringVar(&o.config, "config", defaultConfig, "tệp cấu hình / configuration file")
	f.StringVar(&o.day, "day", "", "ngày YYYY-MM-DD, giờ Việt Nam / day in Vietnam (default today)")
	f.StringVar(&o.out, "out", "", "ghi vào tệp / file to write, readable for its group (default: standard output)")
	f.StringVar(&o.language, "language", "vi", "vi, en")
}

// asked are the flags as they are meant.
type asked struct {
	view     *view.View
	day      time.Time
	language string     // "vi" or "en"
	desk     *desk      // nil: the answer shows nobody
	scope    view.Scope // whose people may be shown
}

// run has ask answer and writes the answer.
func (o *officeFlags) run(ctx context.Context, io cli.IO, args []string, what office.What, ask func(context.Context, asked) (view.Table, string, error)) error {
	if err := o.formatted(); err != nil {
		return err
	}
	return o.open(ctx, args, what, func(ctx context.Context, a asked) error {
		table, of, err := ask(ctx, a)
		if err != nil {
			return err
		}
		if err := o.fetched(ctx, a, len(table.Rows)); err != nil {
			return err
		}
		return o.write(io, table, of)
	})
}

// open opens the view and has do use it. what: which look it is at people; empty:
// it shows nobody.
func (o *officeFlags) open(ctx context.Context, args []string, what office.What, do func(context.Context, asked) error) error {
	day, err := o.plain(args)
	if err != nil {
		return err
	}
	if err := o.wants(what); err != nil {
		return err
	}
	validate := (*config).forView
	if what != "" {
		validate = (*config).forOffice
	}
	c, v, err := openViewBy(ctx, o.config, validate)
	if err != nil {
		return err
	}
	defer v.Pool.Close()
	a := asked{view: v, day: day, language: o.language, scope: everything}
	if what != "" {
		if a.desk, err = o.looking.open(ctx, c); err != nil {
			return err
		}
		defer a.desk.office.Close()
		a.scope = a.desk.who.Scope
	}
	return do(ctx, a)
}

// plain are the flags of every answer, before anybody is asked, and the day that it
// is of: today's where none is named.
func (o *officeFlags) plain(args []string) (day time.Time, err error) {
	if len(args) > 0 {
		return day, tooMuch(args)
	}
	if o.language != "vi" && o.language != "en" {
		return day, cli.Usage("--language %q: phải là vi hoặc en / want vi or en", o.language)
	}
	if o.day == "" {
		return postgres.DayOf(time.Now()), nil
	}
	return parseDay("--day", o.day)
}

func (o *officeFlags) formatted() error {
	if o.format != "table" && o.format != "csv" && o.format != "pdf" {
		return cli.Usage("--format %q: phải là table, csv hoặc pdf / want table, csv or pdf", o.format)
	}
	return nil
}

// tooMuch is an error about words behind a command that takes none.
func tooMuch(args []string) error {
	return cli.Usage("thừa chữ %q / unexpected argument %q", args[0], args[0])
}

// fetched notes that an account got a list as a file: one that is made for it each
// night counts as one that it took from a page. What the machine's user makes is
// nobody's receipt.
func (o *officeFlags) fetched(ctx context.Context, a asked, rows int) error {
	if a.desk == nil || a.desk.list == "" || o.account == "" || o.format == "table" {
		return nil
	}
	return a.desk.office.Fetched(ctx, a.desk.who, a.desk.list, a.day, rows)
}

func (o *officeFlags) write(io cli.IO, table view.Table, of string) error {
	var b bytes.Buffer
	var err error
	switch o.format {
	case "csv":
		err = table.CSV(&b, o.language)
	case "pdf":
		err = table.PDF(&b, o.language, of, time.Now())
	default:
		err = table.Text(&b, o.language)
	}
	if err != nil {
		return err
	}
	if o.out == "" && o.format == "table" {
		_, err = cli.Plain(io.Out).Write(b.Bytes()) // names come from cards
		return err
	}
	return o.keep(io, b.Bytes(), fmt.Sprintf("%d dòng / rows", len(table.Rows)))
}

// keep writes the file, or to standard output where none is named.
func (o *officeFlags) keep(io cli.IO, text []byte, what string) error {
	if o.out == "" {
		_, err := io.Out.Write(text)
		return err
	}
	if err := durable.Replace(o.out, text, 0o640); err != nil {
		return err
	}
	fmt.Fprintf(io.Err, "%s: %s\n", o.out, what)
	return nil
}

func openView(ctx context.Context, file string) (*config, *view.View, error) {
	return openViewBy(ctx, file, (*config).forView)
}

// openViewBy looks at more of the configuration than the view needs.
func openViewBy(ctx context.Context, file string, validate func(*config, *faults)) (*config, *view.View, error) {
	c, err := readConfig(file, validate)
	if err != nil {
		return nil, nil, err
	}
	days, err := daykeys.Open(c.View.DayKeys)
	if err != nil {
		return nil, nil, err
	}
	v, err := view.Open(ctx, c.View.Database, days)
	return c, v, err
}

func parseDay(flag, text string) (time.Time, error) {
	day, err := view.ParseDay(text)
	if err != nil {
		return day, cli.Usage("%s %q: %w", flag, text, err)
	}
	return day, nil
}

// daysTurned is an error about two days in the wrong order.
func daysTurned(first, last string) error {
	return cli.Usage("%[1]s phải trước %[2]s / %[1]s comes before %[2]s", first, last)
}

// documentNumber reads a number from standard input: on a command line every user
// of the machine would see it, and the shell would keep it.
func documentNumber(io cli.IO) (string, error) {
	line, err := bufio.NewReader(io.In).ReadString('\n')
	number := strings.ToUpper(strings.TrimSpace(line))
	if number == "" {
		return "", cli.Usage("đầu vào không có số / no number on standard input: %v", err)
	}
	return number, nil
}

// everything is the scope of whoever may read the database itself.
var everything = view.Scope{All: true}
