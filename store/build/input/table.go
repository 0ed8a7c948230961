package input

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
)

// maxRow bounds a row, in bytes (plus one read-ahead buffer): without it, a
// quote that is opened and never closed would pull the whole file into memory.
const maxRow = 1 << 20

// longestHeader is how much of a file is looked at for what separates its cells.
const longestHeader = 4 << 10

var errRowTooLong = errors.New("row over 1 MiB: a quote that is opened and never closed?")

// column is one the readers know. A required one must be in the header.
type column struct {
	name     string
	required bool
}

// table is a CSV file being read, positioned before its next row.
type table struct {
	file    string
	bound   *bounded
	csv     *csv.Reader
	columns []column
	headers []string // for each known column, what the file calls it
	at      []int    // for each known column, its place in the row, or -1
	width   int      // cells in the header
	bom     int64    // bytes before the header
	form    string   // why the file cannot be read as text; empty if nothing speaks against it
	row     row      // read last
}

// rows yields parse's value for every good row and a [*RowError] for every bad
// one, then at most one error of another type, about the file.
func rows[T any](rd *Reader, sheet Sheet, file string, src io.Reader, parse func(*row) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		t, err := openTable(file, src, rd.Reject != nil)
		if err == nil {
			err = t.readHeader(sheet.columns(), rd.Columns[sheet])
		}
		if err != nil {
			yield(none, err)
			return
		}
		header := t.raw()
		for {
			err := t.next()
			if err == io.EOF {
				return
			}
			value := none
			if err == nil {
				if value = parse(&t.row); t.row.bad != nil {
					value, err = none, t.row.bad
				}
			}
			rd.Line = t.row.line
			if err != nil && rd.Reject != nil {
				t.reject(rd.Reject, header, err)
			}
			if !yield(value, err) || !aboutRow(err) {
				return
			}
		}
	}
}

// reject hands on the row last read, if err is about it.
func (t *table) reject(to func(Rejected), header []byte, err error) {
	var bad *RowError
	if errors.As(err, &bad) {
		to(Rejected{Header: header, Row: t.raw(), Separator: t.csv.Comma, Why: bad})
	}
}

// aboutRow tells whether reading can go on after err.
func aboutRow(err error) bool {
	if err == nil {
		return true
	}
	var bad *RowError
	return errors.As(err, &bad)
}

// openTable reads the header row; readHeader must follow.
func openTable(file string, src io.Reader, keep bool) (*table, error) {
	bound := &bounded{src: src, left: maxRow, keep: keep}
	buffered := bufio.NewReaderSize(bound, 64<<10)
	start, err := buffered.Peek(longestHeader)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	t := &table{file: file, bound: bound, csv: csv.NewReader(buffered), form: form(start)}
	t.csv.Comma = separator(start)
	if bytes.HasPrefix(start, []byte("\xEF\xBB\xBF")) {
		if _, err := buffered.Discard(3); err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
		t.bom, bound.row = 3, 3
	}
	t.csv.ReuseRecord = true
	t.csv.FieldsPerRecord = -1 // counted in next, so that the error is ours
	return t, nil
}

// separator is what stands between the cells of a file that starts like this.
// Where a comma is the decimal point, spreadsheets write semicolons.
func separator(start []byte) rune {
	header, _, _ := bytes.Cut(start, []byte("\n"))
	if bytes.ContainsRune(header, ';') && !bytes.ContainsRune(header, ',') {
		return ';'
	}
	return ','
}

// form names what a file is that starts like no text.
func form(start []byte) string {
	switch {
	case bytes.HasPrefix(start, []byte("PK\x03\x04")):
		return "a workbook (.xlsx)"
	case bytes.IndexByte(start, 0) >= 0:
		return "UTF-16 text"
	}
	return ""
}

// readHeader finds the columns in the header row, by the province's names if
// there are any.
func (t *table) readHeader(columns []column, names map[string]string) error {
	if t.form != "" {
		return &HeaderError{File: t.file, Form: t.form}
	}
	head, err := t.csv.Read()
	if err != nil && err != io.EOF {
		return fmt.Errorf("read header of %s: %w", t.file, err)
	}
	found := make([]string, len(head))
	for i, cell := range head {
		found[i] = headerName(cell)
	}
	t.columns, t.width, t.at, t.headers = columns, len(head), make([]int, len(columns)), make([]string, len(columns))
	fault := &HeaderError{File: t.file}
	known := false
	for i, c := range columns {
		name, mapped := names[c.name]
		if !mapped {
			name = c.name
		}
		t.headers[i], t.at[i] = name, slices.Index(found, headerName(name))
		switch {
		case t.at[i] >= 0:
			known = true
			if slices.Contains(found[t.at[i]+1:], found[t.at[i]]) {
				fault.Twice = append(fault.Twice, name)
			}
		case mapped:
			fault.Missing = append(fault.Missing, fmt.Sprintf("%s (for %s)", name, c.name))
		case c.required:
			fault.Missing = append(fault.Missing, name)
		}
	}
	if fault.Missing == nil && fault.Twice == nil {
		return nil
	}
	if known {
		fault.Found = found
	}
	return fault
}

// next reads the next row into t.row, which is good until the following call.
// It returns io.EOF, a [*RowError], or an error about the file.
func (t *table) next() error {
	t.row = row{table: t}
	t.bound.left, t.bound.row = maxRow, t.bom+t.csv.InputOffset()
	cells, err := t.csv.Read()
	if err != nil {
		return t.rowError(err)
	}
	line, _ := t.csv.FieldPos(0)
	if len(cells) != t.width {
		return &RowError{File: t.file, Line: line, Want: fmt.Sprintf("%d columns as in the header, not %d", t.width, len(cells))}
	}
	t.row.line, t.row.cells = line, cells
	return nil
}

func (t *table) rowError(err error) error {
	var broken *csv.ParseError
	switch {
	case err == io.EOF:
		return err
	case errors.As(err, &broken):
		return &RowError{File: t.file, Line: broken.StartLine, Want: wantQuotes}
	}
	return fmt.Errorf("read %s: %w", t.file, err)
}

// raw is the row last read as it stands in the file, without its line end, if
// the table was opened to keep it.
func (t *table) raw() []byte {
	if !t.bound.keep {
		return nil
	}
	b := t.bound
	return bytes.Clone(bytes.Trim(b.held[b.row-b.from:t.bom+t.csv.InputOffset()-b.from], "\r\n"))
}

// bounded fails once more than left bytes were read since left was last set.
// It can keep what was read since the row's start.
type bounded struct {
	src  io.Reader
	left int
	row  int64 // offset of the row being read

	keep bool
	held []byte // what lies from offset from on
	from int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errRowTooLong
	}
	n, err := b.src.Read(p)
	b.left -= n
	if b.keep {
		if gone := b.row - b.from; gone > 0 {
			b.held, b.from = append(b.held[:0], b.held[gone:]...), b.row
		}
		b.held = append(b.held, p[:n]...)
	}
	return n, err
}
