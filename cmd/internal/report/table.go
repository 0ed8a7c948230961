package report

import "cmp"

// Table is what was measured, each number beside its target.
type Table struct {
	Section string // of the document, and what `make bench-` is called with
	Targets bool   // false: there are none, for example beyond the sample
	rows    [][]string
}

// Add puts a row at the end.
func (t *Table) Add(what, target, measured, notes string) {
	if !t.Targets {
		target = "–"
	}
	t.rows = append(t.rows, []string{what, target, measured, notes})
}

// Verdict holds a number against its limit.
func Verdict[T cmp.Ordered](measured, most T) string {
	if measured <= most {
		return "met"
	}
	return "**MISSED**"
}

// Markdown is the table under a line that says when and where.
func (t *Table) Markdown() string {
	head := []string{"what", "target", "measured", "notes"}
	return Measured("make bench-"+t.Section) + ".\n\n" + Rows(append([][]string{head}, t.rows...))
}
