package check

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"iter"
	"os"

	"checkpoint"
	"checkpoint/store/build/input"
)

// File is one input file.
type File struct {
	Sheet input.Sheet
	Path  string
}

// MaxFiles bounds the files of one check.
const MaxFiles = 64

// Number is what a 12-digit identity number says of its holder.
type Number struct {
	BirthYear int
	Sex       checkpoint.Sex
	Known     bool // its first three digits are a place of birth registration
}

// Options say what to check.
type Options struct {
	Files   []File // at most MaxFiles; there may be several of one sheet
	Columns input.Columns
	Today   checkpoint.Date // day the data is of
	Show    int             // faults a file and lines a warning to report; all are counted
	// ParseNumber takes a 12-digit number apart.
	ParseNumber func(number string) Number
	// Rejects is the directory for the rows that cannot be used; empty for none.
	Rejects string
	// Temp is the directory of the temporary file, of 16 bytes for each document
	// number in the input; empty for the system's. It is gone when the check ends,
	// however it ends.
	Temp string
	// Progress, if not nil, is told how many bytes of all files are read.
	Progress func(read, all int64)
}

// Report is what a check found.
type Report struct {
	Files    []FileReport // as in Options
	Warnings []Warning    // in the order of Files
	// Compared tells whether files were held against the people file. They are
	// not when there is none, or when it could not be read to its end.
	Compared bool
}

// FileReport counts one file. Rows = Usable + Rejected.
type FileReport struct {
	File
	Rows, Usable, Rejected int
	Faults                 []error // the first of the rejected rows
	Err                    error   // why the file could not be read, or not to its end
	Rejects                string  // file of the rejected rows, if there are any and they were wanted
}

type checker struct {
	Options
	seed   maphash.Seed
	names  bool // some file has names to compare with the people's
	file   int  // being read
	reader *input.Reader
	pile   pile
	tally  tally
	read   int64
	all    int64
}

// Run checks the files. What is wrong with them is in the report; an error
// means that the check itself could not be done.
func Run(ctx context.Context, o Options) (*Report, error) {
	if len(o.Files) > MaxFiles {
		return nil, fmt.Errorf("%d files at once: want at most %d", len(o.Files), MaxFiles)
	}
	c := &checker{Options: o, seed: maphash.MakeSeed(), pile: pile{dir: o.Temp}, tally: newTally(o.Show)}
	defer c.pile.close()
	names, err := rejectNames(o.Rejects, o.Files)
	if err != nil {
		return nil, err
	}
	for _, f := range o.Files {
		c.names = c.names || f.Sheet == input.SheetDeclarations || f.Sheet == input.SheetStaff || f.Sheet == input.SheetVisitors
		if info, err := os.Stat(f.Path); err == nil {
			c.all += info.Size()
		}
	}
	report := &Report{}
	for i, f := range o.Files {
		c.file = i
		one, err := c.one(ctx, f, names[i])
		if err != nil {
			return nil, fmt.Errorf("check %s: %w", f.Path, err)
		}
		report.Files = append(report.Files, one)
	}
	report.Compared = whole(report.Files, input.SheetPeople)
	if err := c.judge(ctx, report); err != nil {
		return nil, fmt.Errorf("check files against each other: %w", err)
	}
	report.Warnings = c.tally.list(o.Files)
	return report, nil
}

// whole tells whether there are files of a sheet and all could be read.
func whole(files []FileReport, sheet input.Sheet) bool {
	found := false
	for _, f := range files {
		if f.Sheet == sheet {
			if f.Err != nil {
				return false
			}
			found = true
		}
	}
	return found
}

// one reads one file.
func (c *checker) one(ctx context.Context, f File, rejectsName string) (FileReport, error) {
	report := FileReport{File: f}
	file, err := input.OpenFile(f.Path)
	if err != nil {
		report.Err = err
		return report, nil
	}
	defer file.Close()
	src, err := input.Unpack(f.Path, &counter{file, &c.read})
	if err != nil {
		report.Err = err
		return report, nil
	}
	defer src.Close()
	c.reader = &input.Reader{Columns: c.Columns}
	rejects := rejects{path: rejectsName}
	if rejectsName != "" {
		c.reader.Reject = rejects.add
	}
	err = errors.Join(c.rows(ctx, src, &report), rejects.close())
	if report.Rejected > 0 {
		report.Rejects = rejectsName
	}
	return report, err
}

// rows reads a file's rows by its sheet's rules.
func (c *checker) rows(ctx context.Context, src io.Reader, f *FileReport) error {
	rd := c.reader
	switch f.Sheet {
	case input.SheetPeople:
		return each(ctx, c, f, rd.People(f.Path, src), c.person)
	case input.SheetDoses:
		return each(ctx, c, f, rd.Doses(f.Path, src), c.dose)
	case input.SheetTests:
		return each(ctx, c, f, rd.Tests(f.Path, src), c.test)
	case input.SheetCases:
		return each(ctx, c, f, rd.Cases(f.Path, src), c.illness)
	case input.SheetWithdrawn:
		return each(ctx, c, f, rd.Withdrawals(f.Path, src), c.withdrawn)
	case input.SheetDeclarations:
		return each(ctx, c, f, rd.Declarations(f.Path, src), c.declaration)
	case input.SheetZones:
		return each(ctx, c, f, rd.Zones(f.Path, src), func(input.Zone) {})
	case input.SheetStaff:
		return each(ctx, c, f, rd.Staff(f.Path, src), func(s input.Staff) { c.staff(s) })
	case input.SheetVisitors:
		return each(ctx, c, f, rd.Visitors(f.Path, src), func(v input.Visitor) { c.listed(v.Site, v.Who) })
	case input.SheetSites:
		return each(ctx, c, f, rd.Sites(f.Path, src), c.site)
	}
	return fmt.Errorf("no input is called %q", f.Sheet)
}

// pulse is how many rows pass between two looks at ctx and the progress.
const pulse = 4096

func each[T any](ctx context.Context, c *checker, f *FileReport, rows iter.Seq2[T, error], use func(T)) error {
	for value, err := range rows {
		var bad *input.RowError
		switch {
		case err == nil:
			f.Usable++
			use(value)
		case errors.As(err, &bad):
			f.Rejected++
			if len(f.Faults) < c.Show {
				f.Faults = append(f.Faults, err)
			}
		default:
			f.Err = err
		}
		if f.Rows = f.Usable + f.Rejected; f.Rows%pulse == 0 {
			if err := errors.Join(ctx.Err(), c.pile.err); err != nil {
				return err
			}
			c.progress()
		}
	}
	c.progress()
	return errors.Join(ctx.Err(), c.pile.err)
}

func (c *checker) progress() {
	if c.Progress != nil {
		c.Progress(c.read, max(c.all, c.read))
	}
}

// counter adds up what is read of the files as they lie on disk.
type counter struct {
	src  io.Reader
	read *int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.src.Read(p)
	*c.read += int64(n)
	return n, err
}
