package view

import (
	"io"
	"time"

	"checkpoint/store/spreadsheet"
)

// Table is an answer as a page, a file and a terminal show it.
type Table struct {
	Title   Column
	Columns []Column
	Rows    [][]string
}

// Column is a title or a column's head in both languages.
type Column struct{ Vietnamese, English string }

// In is it in a language, "vi" or "en".
func (c Column) In(language string) string {
	if language == "en" {
		return c.English
	}
	return c.Vietnamese
}

// Heads are the columns' heads in a language, "vi" or "en".
func (t Table) Heads(language string) []string {
	var all []string
	for _, c := range t.Columns {
		all = append(all, c.In(language))
	}
	return all
}

// CSV writes the table for a spreadsheet program.
func (t Table) CSV(w io.Writer, language string) error {
	return spreadsheet.Write(w, append([][]string{t.Heads(language)}, t.Rows...))
}

// Moment is a time as people in Vietnam write it; empty: there is none.
func Moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(vietnam).Format("15:04 02/01/2006")
}
