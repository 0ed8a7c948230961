package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"iter"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build/input"
	"checkpoint/sync/collector/postgres"
)

// rowsShown bounds how many unusable rows are told one by one.
const rowsShown = 20

func peopleCommand() *cli.Command {
	var database, columns string
	return &cli.Command{
		Name: "people", Short: "dân số của tỉnh / the province's own people: names and communes for the lists",
		Examples: []string{"collectord people import --database 'postgres:///checkpoint?host=/run/postgresql&user=checkpoint_people' people.csv"},
		Sub: []*cli.Command{{
			Name: "import", Short: "thay toàn bộ bằng tệp mới / put new files in the place of what was there",
			Examples: []string{"collectord people import --database 'postgres:///checkpoint?host=/run/postgresql&user=checkpoint_people' people.csv.zst"},
			Flags: func(f *flag.FlagSet) {
				f.StringVar(&database, "database", "", "cơ sở dữ liệu / database")
				f.StringVar(&columns, "columns", "", "tên cột của tỉnh / TOML file with the province's own column names")
			},
			Run: func(ctx context.Context, io cli.IO, args []string) error {
				if database == "" || len(args) == 0 {
					return cli.Usage("collectord people import: cần --database và ít nhất một tệp / --database and at least one file are needed")
				}
				return importPeople(ctx, io, database, columns, args)
			},
		}},
	}
}

func importPeople(ctx context.Context, io cli.IO, database, columns string, files []string) error {
	reader := &input.Reader{}
	if columns != "" {
		var err error
		if reader.Columns, err = input.ReadColumns(columns); err != nil {
			return err
		}
	}
	p := &peopleFiles{reader: reader, files: files, io: io}
	persons, documents, err := postgres.ImportPeople(ctx, database, p.all())
	if err != nil {
		return cli.Hint(err, "dữ liệu cũ còn nguyên / what was there is untouched; provincectl people check tells more about the files")
	}
	fmt.Fprintf(io.Out, "%d người / people, %d giấy tờ khác / further documents, %d dòng bỏ qua / rows not usable\n", persons, documents, p.bad)
	return nil
}

// peopleFiles reads several files as one and tells the rows that it leaves out.
type peopleFiles struct {
	reader *input.Reader
	files  []string
	io     cli.IO
	bad    int
}

func (p *peopleFiles) all() iter.Seq2[input.Person, error] {
	return func(yield func(input.Person, error) bool) {
		for _, name := range p.files {
			if !p.one(name, yield) {
				return
			}
		}
	}
}

func (p *peopleFiles) one(name string, yield func(input.Person, error) bool) bool {
	file, err := input.Open(name)
	if err != nil {
		return yield(input.Person{}, err)
	}
	defer file.Close()
	for person, err := range p.reader.People(name, file) {
		var row *input.RowError
		switch {
		case errors.As(err, &row):
			if p.bad++; p.bad <= rowsShown {
				fmt.Fprintln(cli.Plain(p.io.Err), row)
			}
		case err != nil:
			return yield(input.Person{}, err)
		case !yield(person, nil):
			return false
		}
	}
	return true
}
