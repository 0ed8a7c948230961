package sample

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The files that [Generate] writes. Package input reads the first four.
const (
	PeopleFile    = "people.csv"
	DosesFile     = "doses.csv"
	CasesFile     = "cases.csv"
	WithdrawnFile = "withdrawn.csv"
	CardsDir      = "cards"
	CardsFile     = "cards.json" // in CardsDir, a list of Card
)

// chunk is how many people are made between two writes.
const chunk = 4096

// Generate writes the province into dir, which it creates if need be: four CSV
// files of people, four of lists, and the folder of cards. Files of an earlier sample are replaced. Its
// memory does not grow with the number of people. When it fails or ctx ends,
// what it wrote so far stays behind, unfinished.
func Generate(ctx context.Context, dir string, o Options) error {
	p, err := New(o)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write sample: %w", err)
	}
	if err := p.writeSheets(ctx, dir); err != nil {
		return fmt.Errorf("write sample: %w", err)
	}
	if err := p.writeLists(dir); err != nil {
		return fmt.Errorf("write sample lists: %w", err)
	}
	if err := p.writeCards(filepath.Join(dir, CardsDir)); err != nil {
		return fmt.Errorf("write sample cards: %w", err)
	}
	return nil
}

// sheets are rows of the four files, or the files themselves, in one order.
const (
	people = iota
	doses
	cases
	withdrawn
	sheetCount
)

// heads are the names and header rows of the files.
func heads() [sheetCount]struct{ file, columns string } {
	return [sheetCount]struct{ file, columns string }{
		people:    {PeopleFile, "number,full_name,birth_date,sex,issue_date,card_status,old_numbers,health_card,passport,commune,exempt\n"},
		doses:     {DosesFile, "number,date,product,dose,course\n"},
		cases:     {CasesFile, "number,status,from,until\n"},
		withdrawn: {WithdrawnFile, "kind,number,reason,since\n"},
	}
}

func (p *Province) writeSheets(ctx context.Context, dir string) (err error) {
	var files [sheetCount]*os.File
	defer func() {
		for _, f := range files {
			if f != nil {
				err = errors.Join(err, f.Close())
			}
		}
	}()
	for i, head := range heads() {
		if files[i], err = os.Create(filepath.Join(dir, head.file)); err != nil {
			return err
		}
		if _, err = files[i].WriteString(head.columns); err != nil {
			return err
		}
	}
	return p.eachChunk(ctx, func(rows *sheets) error {
		for i, f := range files {
			if _, err := f.Write(rows[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

// eachChunk makes everyone, a chunk at a time, and reports the progress. The
// rows are good until write returns.
func (p *Province) eachChunk(ctx context.Context, write func(*sheets) error) error {
	var rows sheets
	var who Person
	total := p.options.People
	for from := 0; from < total; from += chunk {
		if err := ctx.Err(); err != nil {
			return err
		}
		to := min(from+chunk, total)
		rows.reset()
		for i := from; i < to; i++ {
			p.draw(i, &who)
			rows.add(&who)
		}
		if err := write(&rows); err != nil {
			return err
		}
		if p.options.Progress != nil {
			p.options.Progress(to, total)
		}
	}
	return nil
}
