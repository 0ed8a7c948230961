package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build/input"
	"checkpoint/store/build/staff"
	"checkpoint/store/spreadsheet"
)

func siteCommand() *cli.Command {
	return &cli.Command{
		Name: "site", Short: "nơi đặt chốt: danh sách của cơ quan / sites: lists of their staff",
		Examples: []string{"provincectl site lists --staff staff.csv --people people.csv --doses doses.csv --out lists"},
		Sub:      []*cli.Command{siteLists()},
	}
}

type siteListing struct{ staff, people, doses, columns, out string }

func siteLists() *cli.Command {
	var s siteListing
	return &cli.Command{
		Name: "lists", Short: "ai chưa tiêm, chưa có thẻ, đã tiêm mà dữ liệu chưa có / who of the staff is still to be vaccinated, to be issued a card, or vaccinated but not in the data",
		Examples: []string{"provincectl site lists --staff staff.csv --people people.csv --doses doses.csv --out lists"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&s.staff, "staff", "", "staff.csv (required)")
			f.StringVar(&s.people, "people", "", "people.csv (required)")
			f.StringVar(&s.doses, "doses", "", "doses.csv (required)")
			f.StringVar(&s.columns, "columns", "", "TOML file with the province's own column names")
			f.StringVar(&s.out, "out", "", "directory for the lists, SITE/LIST.csv (required); they hold personal data")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 || s.staff == "" || s.people == "" || s.doses == "" || s.out == "" {
				return cli.Usage("site lists: --staff, --people, --doses and --out are needed, and no arguments")
			}
			return s.run(io)
		},
	}
}

func (s *siteListing) run(io cli.IO) error {
	columns, err := readColumns(s.columns)
	if err != nil {
		return err
	}
	rd := func() *input.Reader { return &input.Reader{Columns: columns} }
	var members []*staff.Member
	err = eachRow(s.staff, rd().Staff, func(row input.Staff) { members = append(members, &staff.Member{Staff: row}) })
	if err != nil {
		return err
	}
	var files closers
	defer func() { files.close() }()
	var people iter.Seq2[input.Person, error]
	var doses iter.Seq2[input.Dose, error]
	if err := errors.Join(open(&files, s.people, rd().People, &people), open(&files, s.doses, rd().Doses, &doses)); err != nil {
		return err
	}
	if err := staff.Find(members, people, doses); err != nil {
		return cli.Hint(err, "provincectl people check liệt kê mọi dòng không dùng được / provincectl people check tells all rows that cannot be used")
	}
	sites := map[string][]*staff.Member{}
	for _, m := range members {
		sites[m.Site] = append(sites[m.Site], m)
	}
	for _, id := range slices.Sorted(maps.Keys(sites)) {
		if err := s.write(io, id, sites[id]); err != nil {
			return err
		}
	}
	return nil
}

// folder is what a site's id must look like to name a directory.
var folder = regexp.MustCompile(`^[\pL\pN][\pL\pN._ -]{0,63}$`)

// write makes a site's lists, each a file that its owner alone can read.
func (s *siteListing) write(io cli.IO, id string, members []*staff.Member) error {
	if !folder.MatchString(id) {
		return cli.Hint(fmt.Errorf("site %q: no name for a directory", id), "chỉ dùng chữ, số, dấu chấm, dấu cách và gạch nối / want letters, digits, dots, blanks and hyphens")
	}
	dir := filepath.Join(s.out, id)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "%s: %d người / people", id, len(members))
	for _, list := range staff.Lists() {
		n, err := writeList(filepath.Join(dir, string(list)+".csv"), list, members)
		if err != nil {
			return err
		}
		fmt.Fprintf(io.Out, ", %s %d", list, n)
	}
	fmt.Fprintln(io.Out)
	return nil
}

func writeList(path string, list staff.List, members []*staff.Member) (n int, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	rows := [][]string{{"điểm / site", "số / number", "họ tên / full name", "ngày sinh / birth date", "chức vụ / role", "có trong dữ liệu / in the data", "số mũi trong dữ liệu / doses in the data"}}
	for _, m := range members {
		if slices.Contains(m.Lists(), list) {
			rows = append(rows, []string{m.Site, m.Number, m.FullName, m.Birth.String(), m.Role, yesNo(m.Found), strconv.Itoa(m.Doses)})
		}
	}
	return len(rows) - 1, spreadsheet.Write(f, rows)
}

func yesNo(b bool) string {
	if b {
		return input.Yes
	}
	return input.No
}
