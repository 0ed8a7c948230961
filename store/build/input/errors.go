package input

import (
	"fmt"
	"strings"
)

// RowError tells that one row cannot be used. Reading goes on after it. It
// holds no value of the row.
type RowError struct {
	File   string
	Line   int    // from 1, the header included
	Column string // as the file names it; empty when the row as a whole is wrong
	Want   string // what should stand there
}

func (e *RowError) Error() string {
	if e.Column == "" {
		return fmt.Sprintf("%s:%d: want %s", e.File, e.Line, e.Want)
	}
	return fmt.Sprintf("%s:%d: %s: want %s", e.File, e.Line, e.Column, e.Want)
}

// HeaderError tells that the file's first row is not the header that is
// wanted, so that none of its rows can be read.
type HeaderError struct {
	File    string
	Missing []string // required columns that are not there
	Twice   []string // columns that are there more than once
	// Found is the header as read. It stays empty when no cell is a known
	// column: then the row is more likely a person than a header.
	Found []string
	Form  string // what the file is instead of UTF-8 text; empty for text
}

func (e *HeaderError) Error() string {
	if e.Form != "" {
		return fmt.Sprintf("%s: is %s; want CSV in UTF-8: in the spreadsheet, save as \"CSV UTF-8\"", e.File, e.Form)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s:1: header row:", e.File)
	if len(e.Missing) > 0 {
		b.WriteString(" missing " + strings.Join(e.Missing, ", "))
	}
	if len(e.Twice) > 0 {
		b.WriteString(" twice " + strings.Join(e.Twice, ", "))
	}
	if len(e.Found) > 0 {
		b.WriteString("; found " + strings.Join(e.Found, ", "))
	} else {
		b.WriteString("; found no known column name (UTF-8 with commas or semicolons between the cells wanted)")
	}
	return b.String()
}
