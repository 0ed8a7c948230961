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
	"strings"
)

// maxRow bounds a row, in bytes (plus one read-ahead buffer): without it, a
// quote that is opened and never closed would pull the whole file into memory.
const maxRow = 1 << 20

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
	at      []int // for each known column, its place in the row, or -1
	width   int   // cells in the header
}

// rows yields parse's value for every good row and a [*RowError] for every bad
// one, then at most one error of another type, about the file.
func rows[T any](file string, src io.Reader, columns []column, parse func(*row) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		t, err := openTable(file, src, columns)
		if err != nil {
			yield(none, err)
			return
		}
		for {
			r, err := t.next()
			if err == io.EOF {
				return
			}
			value := none
			if err == nil {
				if value = parse(&r); r.bad != nil {
					value, err = none, r.bad
				}
			}
			if !yield(value, err) || !aboutRow(err) {
				return
			}
		}
	}
}

// aboutRow tells whether reading can go on after err.
func aboutRow(err error) bool {
	var bad *RowError
	return err == nil || errors.As(err, &bad)
}

func openTable(file string, src io.Reader, columns []column) (*table, error) {
	bound := &bounded{src: src, left: maxRow}
	buffered := bufio.NewReaderSize(bound, 64<<10)
	start, err := buffered.Peek(3)
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	if bytes.Equal(start, []byte("\xEF\xBB\xBF")) {
		if _, err := buffered.Discard(3); err != nil {
			return nil, fmt.Errorf("read %s: %w", file, err)
		}
	}
	t := &table{file: file, bound: bound, csv: csv.NewReader(buffered), columns: columns}
	t.csv.ReuseRecord = true
	t.csv.FieldsPerRecord = -1 // counted in next, so that the error is ours
	head, err := t.csv.Read()
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("read header of %s: %w", file, err)
	}
	return t, t.readHeader(head)
}

// readHeader finds the known columns in the header row.
func (t *table) readHeader(head []string) error {
	found := make([]string, len(head))
	for i, cell := range head {
		found[i] = strings.ToLower(strings.TrimSpace(cell))
	}
	t.width, t.at = len(head), make([]int, len(t.columns))
	fault := &HeaderError{File: t.file}
	known := false
	for i, c := range t.columns {
		t.at[i] = slices.Index(found, c.name)
		switch {
		case t.at[i] < 0 && c.required:
			fault.Missing = append(fault.Missing, c.name)
		case t.at[i] >= 0:
			known = true
			if slices.Contains(found[t.at[i]+1:], c.name) {
				fault.Twice = append(fault.Twice, c.name)
			}
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

// next returns the next row, io.EOF, a [*RowError], or an error about the file.
// The row is good until the following call.
func (t *table) next() (row, error) {
	t.bound.left = maxRow
	cells, err := t.csv.Read()
	if err == io.EOF {
		return row{}, err
	}
	var broken *csv.ParseError
	if errors.As(err, &broken) {
		return row{}, &RowError{File: t.file, Line: broken.StartLine, Want: wantQuotes}
	}
	if err != nil {
		return row{}, fmt.Errorf("read %s: %w", t.file, err)
	}
	line, _ := t.csv.FieldPos(0)
	if len(cells) != t.width {
		return row{}, &RowError{File: t.file, Line: line, Want: fmt.Sprintf("%d columns as in the header, not %d", t.width, len(cells))}
	}
	return row{table: t, line: line, cells: cells}, nil
}

// bounded fails once more than left bytes were read since left was last set.
type bounded struct {
	src  io.Reader
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errRowTooLong
	}
	n, err := b.src.Read(p)
	b.left -= n
	return n, err
}
