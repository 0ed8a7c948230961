package view

import (
	"io"
	"strings"
	"text/tabwriter"
)

// Text writes the table for a terminal, its columns aligned.
func (t Table) Text(w io.Writer, language string) error {
	out := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{t.Heads(language)}, t.Rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = oneLine(cell)
		}
		if _, err := io.WriteString(out, strings.Join(cells, "\t")+"\n"); err != nil {
			return err
		}
	}
	return out.Flush()
}

// oneLine keeps a cell from breaking its row, or the terminal.
func oneLine(cell string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, cell)
}
