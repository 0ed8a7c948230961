package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/progress"
	"checkpoint/store/build/check"
	"checkpoint/store/build/input"
	"checkpoint/verify/credential"
)

type checkOptions struct {
	files                        []check.File
	columns, rejects, temp, date string
	show                         int
	strict                       bool
}

func peopleCommand() *cli.Command {
	return &cli.Command{
		Name: "people", Short: "dữ liệu nguồn / what the province feeds in",
		Sub: []*cli.Command{peopleCheck()},
	}
}

func peopleCheck() *cli.Command {
	var o checkOptions
	return &cli.Command{
		Name: "check", Short: "kiểm tra các tệp CSV / check CSV files before anything is built of them",
		Examples: []string{
			"provincectl people check sample/*.csv",
			"provincectl people check --columns columns.toml --people export.csv.zst --doses vaccination.csv.gz --rejects mend",
		},
		Flags: func(f *flag.FlagSet) {
			for _, sheet := range input.Sheets() {
				f.Func(string(sheet), fmt.Sprintf("%s file: .csv, .csv.gz or .csv.zst; may be repeated (an argument named %s*.csv is one too)", sheet, sheet), func(path string) error {
					o.files = append(o.files, check.File{Sheet: sheet, Path: path})
					return nil
				})
			}
			f.StringVar(&o.columns, "columns", "", "TOML file with the province's own column names")
			f.StringVar(&o.rejects, "rejects", "", "directory for the rows that cannot be used, to mend them; they hold PERSONAL DATA")
			f.StringVar(&o.temp, "temp", "", "directory for the temporary file, about 60 bytes a person, without a name (default: the system's)")
			f.StringVar(&o.date, "date", "", "day the data is of, YYYY-MM-DD (default today)")
			f.IntVar(&o.show, "show", 5, "errors of a file and lines of a warning to show; all are counted")
			f.BoolVar(&o.strict, "strict", false, "warnings fail too")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if err := o.arguments(args); err != nil {
				return err
			}
			return o.run(ctx, io)
		},
	}
}

// arguments adds the files that are told by their names, and puts all into the
// order of the report.
func (o *checkOptions) arguments(args []string) error {
	for _, path := range args {
		sheet, ok := input.SheetOf(path)
		if !ok {
			return cli.Usage("people check: %s: the name tells no input; give it as --people FILE, --doses FILE, …", path)
		}
		o.files = append(o.files, check.File{Sheet: sheet, Path: path})
	}
	if len(o.files) == 0 || o.show < 0 {
		return cli.Usage("people check: want files, and --show from 0")
	}
	seen := map[string]bool{}
	for _, f := range o.files {
		if path := filepath.Clean(f.Path); seen[path] {
			return cli.Usage("people check: %s is given twice", f.Path)
		} else {
			seen[path] = true
		}
	}
	order := input.Sheets()
	slices.SortStableFunc(o.files, func(a, b check.File) int {
		return cmp.Compare(slices.Index(order, a.Sheet), slices.Index(order, b.Sheet))
	})
	return nil
}

func (o *checkOptions) run(ctx context.Context, io cli.IO) error {
	job := check.Options{Files: o.files, Show: o.show, Rejects: o.rejects, Temp: o.temp, ParseNumber: numberParser()}
	var err error
	if job.Today = checkpoint.DateOf(time.Now().In(input.Vietnam())); o.date != "" {
		if job.Today, err = checkpoint.ParseDate(o.date); err != nil || job.Today.Day == 0 {
			return cli.Usage("people check: --date: want YYYY-MM-DD")
		}
	}
	if job.Columns, err = readColumns(o.columns); err != nil {
		return err
	}
	var bar *progress.Bar
	job.Progress = func(read, all int64) {
		if bar == nil {
			bar = progress.New(io.Err, "MB", max(all>>20, 1))
		}
		bar.Set(read >> 20)
	}
	report, err := check.Run(ctx, job)
	if bar != nil {
		bar.Done()
	}
	if errors.Is(err, fs.ErrExist) {
		return cli.Hint(err, "không ghi đè các dòng đã sửa ở đó; nêu thư mục --rejects khác / rows mended there before are not overwritten; name another --rejects directory")
	}
	if err != nil {
		return err
	}
	if err := printReport(io.Out, report); err != nil {
		return err
	}
	return o.verdict(report)
}

// verdict turns what was found into the exit code.
func (o *checkOptions) verdict(r *check.Report) error {
	rejected, unread, doubts := 0, 0, 0
	for _, f := range r.Files {
		rejected += f.Rejected
		if f.Err != nil {
			unread++
		}
	}
	for _, w := range r.Warnings {
		doubts += w.Count
	}
	var faults []string
	if unread > 0 {
		faults = append(faults, fmt.Sprintf("%d files could not be read to their end", unread))
	}
	if rejected > 0 {
		faults = append(faults, fmt.Sprintf("%d rows cannot be used", rejected))
	}
	if o.strict && doubts > 0 {
		faults = append(faults, fmt.Sprintf("%d warnings", doubts))
	}
	if len(faults) == 0 {
		return nil
	}
	err := errors.New(strings.Join(faults, ", "))
	if rejected > 0 && o.rejects == "" {
		return cli.Hint(err, "ghi các dòng này ra để sửa: --rejects DIR / --rejects DIR writes these rows out, to mend them there")
	}
	return cli.Hint(err, "sửa các dòng rồi kiểm tra lại / mend the rows and check again")
}

// numberParser remembers which of the thousand prefixes are known: the list is
// made for one scan at a time.
func numberParser() func(string) check.Number {
	known := map[string]bool{}
	return func(s string) check.Number {
		known3, seen := known[s[:3]]
		n, ok := credential.ParseNumber(s)
		if !seen {
			known3 = ok && n.Place != ""
			known[strings.Clone(s[:3])] = known3
		}
		return check.Number{BirthYear: n.BirthYear, Sex: n.Sex, Known: known3}
	}
}
