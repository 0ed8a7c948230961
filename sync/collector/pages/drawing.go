package pages

import (
	"bytes"
	"embed"
	"html/template"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"slices"
	"strings"
	"time"

	"checkpoint/sync/collector/view"
)

//go:embed assets html
var files embed.FS

var templates = template.Must(template.ParseFS(files, "html/*.html"))

// assets are the same for the life of the program.
func assets() http.Handler {
	dir, err := fs.Sub(files, "assets")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	server := http.StripPrefix("/assets/", http.FileServerFS(dir))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/") { // no list of files
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "max-age=3600")
		server.ServeHTTP(w, r)
	})
}

// grid is a table as a page shows it, with what it lacks.
type grid struct {
	Caption string
	Heads   []string
	Numbers []bool // which columns are numbers
	Rows    [][]string
	Nothing string // what stands there where no row is
	Summed  bool   // the last row sums the others up
}

// Dense: so many columns that they have to stand closer.
func (g grid) Dense() bool { return len(g.Heads) > 12 }

// grid draws a table in the visitor's language: the codes of records as words.
func (r *request) grid(t view.Table, caption string) grid {
	g := grid{Caption: caption, Heads: t.Heads(r.Language), Numbers: make([]bool, len(t.Columns)),
		Nothing: r.T("Không có dòng nào.", "There is nothing to show.")}
	for i := range g.Numbers {
		g.Numbers[i] = i > 0 && len(t.Rows) > 0 && !slices.ContainsFunc(t.Rows, func(row []string) bool { return !amount(row[i]) })
	}
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = cell
			switch {
			case coded(t.Columns[i]):
				cells[i] = r.In(said(cell))
			case t.Columns[i].English == "List": // of a receipt
				cells[i] = view.ListName(cell, r.Language)
			case g.Numbers[i]:
				cells[i] = grouped(cell)
			}
		}
		g.Rows = append(g.Rows, cells)
	}
	return g
}

// amount tells whether a cell is a number to be counted with, or how long
// something took; a document's number is longer, and a place's code begins with 0.
func amount(cell string) bool {
	if cell == "" || len(cell) > 8 || cell[0] < '0' || cell[0] > '9' {
		return false
	}
	digits := strings.TrimRight(cell, "hms0123456789") == ""
	return digits && (cell[0] != '0' || len(cell) == 1 || cell == "0s")
}

// grouped parts a number's thousands by a narrow space.
func grouped(digits string) string {
	if strings.ContainsAny(digits, "hms") {
		return digits
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "\u202f" + digits[i:]
	}
	return digits
}

// tableFile answers with the page's table as a file.
func (r *request) tableFile(kind string) error {
	return r.heavily(func() error {
		t, of, err := r.Page.Table(r)
		if err != nil {
			return err
		}
		write := func(w io.Writer) error { return t.CSV(w, r.Language) }
		if kind == "pdf" {
			write = func(w io.Writer) error { return t.PDF(w, r.Language, of, time.Now()) }
		}
		return r.file(t.Title.In(r.Language)+" "+of+"."+kind, write)
	})
}

// pictureFile answers with the page's picture as a file.
func (r *request) pictureFile() error {
	return r.heavily(func() error {
		day, err := r.Day("day")
		if err != nil {
			return err
		}
		picture, err := r.Page.Draw(r)
		if err != nil {
			return err
		}
		return r.file(r.In(r.Page.Title)+" "+day.Format(time.DateOnly)+".svg", func(w io.Writer) error { _, err := w.Write(picture); return err })
	})
}

// file answers with a file to keep, whole or not at all.
func (r *request) file(name string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	kind := "text/csv; charset=utf-8"
	switch {
	case strings.HasSuffix(name, ".pdf"):
		kind = "application/pdf"
	case strings.HasSuffix(name, ".json"):
		kind = "application/json"
	case strings.HasSuffix(name, ".svg"):
		kind = "image/svg+xml"
	}
	name = strings.Map(func(c rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, c) || c < ' ' {
			return '-'
		}
		return c
	}, name)
	r.w.Header().Set("Content-Type", kind)
	r.w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	_, _ = r.w.Write(b.Bytes()) // the browser is gone
	return nil
}
