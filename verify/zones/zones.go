package zones

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"checkpoint"
)

// Row is the level of a commune for some days.
type Row struct {
	Commune string // code of at most 8 letters and digits
	Level   int    // 1 green, 2 yellow, 3 orange, 4 red
	From    checkpoint.Date
	Until   checkpoint.Date // last day; zero: until another row begins
}

// Table is all rows by commune. A nil Table knows no level.
type Table struct {
	rows map[string][]Row // the latest first
	size int
}

// maxRows bounds the part of a manifest that a table takes: the country has
// some 10,600 communes, and a row is at most 33 bytes of a manifest's mebibyte.
const maxRows = 16_000

// head names the columns and the version of the form.
const head = "zones 1\n"

// Encode writes rows, in any order, in their one form. An error names the row.
func Encode(rows []Row) ([]byte, error) {
	if len(rows) > maxRows {
		return nil, fmt.Errorf("zones: %d rows, at most %d", len(rows), maxRows)
	}
	sorted := slices.SortedFunc(slices.Values(rows), compare)
	var b strings.Builder
	b.WriteString(head)
	for i, r := range sorted {
		if err := r.check(); err != nil {
			return nil, err
		}
		if i > 0 && sorted[i-1].Commune == r.Commune && sorted[i-1].From == r.From {
			return nil, fmt.Errorf("zones: commune %s has two rows from %s", r.Commune, r.From)
		}
		fmt.Fprintf(&b, "%s %d %s %s\n", r.Commune, r.Level, r.From, cmp.Or(r.Until.String(), "-"))
	}
	return []byte(b.String()), nil
}

// compare puts the latest row of a commune first.
func compare(a, b Row) int {
	return cmp.Or(cmp.Compare(a.Commune, b.Commune), b.From.First().Compare(a.From.First()))
}

func (r *Row) check() error {
	plain := func(c rune) bool { return c > ' ' && c <= '~' }
	odd := strings.ContainsFunc(r.Commune, func(c rune) bool { return !plain(c) })
	switch {
	case r.Commune == "" || len(r.Commune) > 8 || odd:
		return fmt.Errorf("zones: a commune's code is at most 8 letters and digits")
	case r.Level < 1 || r.Level > 4:
		return fmt.Errorf("zones: commune %s has level %d: want 1 to 4", r.Commune, r.Level)
	case r.From.Day == 0 || !r.Until.IsZero() && (r.Until.Day == 0 || r.Until.First().Before(r.From.First())):
		return fmt.Errorf("zones: commune %s: want a first day, and a last one that is none or not before it", r.Commune)
	}
	return nil
}

// Parse reads what [Encode] wrote and nothing else.
func Parse(b []byte) (*Table, error) {
	body, ok := strings.CutPrefix(string(b), head)
	if !ok {
		return nil, fmt.Errorf("zones: not a table that this version reads")
	}
	t := &Table{rows: map[string][]Row{}}
	var rows []Row
	for line := range strings.Lines(body) {
		r, err := parseRow(strings.TrimSuffix(line, "\n"))
		if err != nil {
			return nil, fmt.Errorf("zones: line %d: %w", len(rows)+2, err)
		}
		rows = append(rows, r)
		t.rows[r.Commune] = append(t.rows[r.Commune], r)
	}
	t.size = len(rows)
	if again, err := Encode(rows); err != nil || string(again) != string(b) {
		return nil, fmt.Errorf("zones: not in their one form")
	}
	return t, nil
}

func parseRow(line string) (r Row, err error) {
	f := strings.Split(line, " ")
	if len(f) != 4 {
		return r, fmt.Errorf("%d fields, want 4", len(f))
	}
	r.Commune = f[0]
	if r.Level, err = strconv.Atoi(f[1]); err != nil {
		return r, err
	}
	if r.From, err = checkpoint.ParseDate(f[2]); err != nil || f[3] == "-" {
		return r, err
	}
	r.Until, err = checkpoint.ParseDate(f[3])
	return r, err
}

// Len is how many rows there are.
func (t *Table) Len() int {
	if t == nil {
		return 0
	}
	return t.size
}

// Level is a commune's on a day; 0: the table does not say. Of two rows that
// hold on the day the later one counts.
func (t *Table) Level(commune string, day checkpoint.Date) int {
	if t == nil {
		return 0
	}
	for _, r := range t.rows[commune] {
		begun := !day.First().Before(r.From.First())
		over := !r.Until.IsZero() && day.First().After(r.Until.First())
		if begun && !over {
			return r.Level
		}
	}
	return 0
}
