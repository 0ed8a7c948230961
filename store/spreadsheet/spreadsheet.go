// Package spreadsheet writes tables for the spreadsheet programs of offices: CSV
// (RFC 4180) that is read as UTF-8, and of which no cell becomes a formula.
package spreadsheet

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"
)

// ByteOrderMark has spreadsheet programs read UTF-8.
const ByteOrderMark = "\uFEFF"

// formula are the letters with which a program takes a cell for a formula, those
// of full width, too.
const formula = "=+-@\t\r\n＝＋－＠"

// Write writes rows. A cell that would be taken for a formula gets an apostrophe
// before it: names come from outside.
func Write(w io.Writer, rows [][]string) error {
	if _, err := io.WriteString(w, ByteOrderMark); err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for _, row := range rows {
		safe := make([]string, len(row))
		for i, cell := range row {
			safe[i] = harmless(cell)
		}
		if err := out.Write(safe); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func harmless(cell string) string {
	if first, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune(formula, first) {
		return "'" + cell
	}
	return cell
}
