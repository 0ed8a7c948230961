package view

import (
	"fmt"
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/dejavu/dejavusans"
)

// A page in millimetres: A4, lying.
const (
	pageWidth  = 297.0
	pageHeight = 210.0
	pageMargin = 12.0
	padding    = 1.2 // on each side of a cell
	largest    = 9.0 // size of letters, in points
	smallest   = 4.0
	lineHeight = 0.5 // in millimetres, to a point of the letters
)

// PDF writes the table on pages of A4, its head on each of them; below the title
// stands what the table is of, such as a day. made is when the file was.
func (t Table) PDF(w io.Writer, language, of string, made time.Time) error {
	d := &document{Fpdf: fpdf.New("L", "mm", "A4", ""), table: t, heads: t.Heads(language)}
	d.SetCatalogSort(true)
	d.SetCreationDate(made)
	d.SetModificationDate(made)
	d.SetTitle(t.Title.In(language), true)
	d.SetMargins(pageMargin, pageMargin, pageMargin)
	d.SetCellMargin(padding)
	d.SetAutoPageBreak(false, 0)
	d.AddUTF8FontFromBytes("dejavu", "", dejavusans.TTF)
	d.SetFooterFunc(func() {
		d.SetFont("dejavu", "", 7)
		d.Text(pageMargin, pageHeight-pageMargin/2, fmt.Sprintf("%s  ·  %s  ·  %d", of, made.In(vietnam).Format("02/01/2006 15:04"), d.PageNo()))
	})
	d.AddPage()
	d.SetFont("dejavu", "", 14)
	d.Text(pageMargin, pageMargin+4, t.Title.In(language))
	d.SetFont("dejavu", "", 10)
	d.Text(pageMargin, pageMargin+10, of)
	d.fit()
	d.SetXY(pageMargin, pageMargin+14)
	d.head()
	for _, row := range t.Rows {
		d.row(row)
	}
	return d.Output(w)
}

// document is a table on its way onto pages.
type document struct {
	*fpdf.Fpdf
	table  Table
	heads  []string
	size   float64   // of letters, in points
	widths []float64 // of columns, in millimetres
}

// fit chooses the largest letters with which all columns stand beside each other.
// A head may break between words, a cell only where no size is small enough.
func (d *document) fit() {
	const usable = pageWidth - 2*pageMargin
	for d.size = largest; ; d.size -= 0.5 {
		d.SetFont("dejavu", "", d.size)
		sum := 0.0
		d.widths = make([]float64, len(d.heads))
		for i, head := range d.heads {
			d.widths[i] = d.widest(head)
			for _, row := range d.table.Rows {
				d.widths[i] = max(d.widths[i], d.GetStringWidth(oneLine(row[i])))
			}
			d.widths[i] += 2 * padding
			sum += d.widths[i]
		}
		if sum <= usable || d.size <= smallest {
			for i := range d.widths {
				d.widths[i] *= usable / sum
			}
			return
		}
	}
}

// widest is the width of a text's longest word.
func (d *document) widest(text string) (most float64) {
	from := 0
	for i, r := range text + " " {
		if r == ' ' {
			most = max(most, d.GetStringWidth(text[from:i]))
			from = i + 1
		}
	}
	return most
}

func (d *document) head() {
	d.SetFillColor(226, 232, 238)
	d.cells(d.heads, true)
}

func (d *document) row(cells []string) { d.cells(cells, false) }

// cells draws a row, on a new page where this one is full.
func (d *document) cells(cells []string, filled bool) {
	d.SetFont("dejavu", "", d.size)
	lines, tall := make([][]string, len(cells)), 1
	for i, cell := range cells {
		lines[i] = d.SplitText(oneLine(cell), d.widths[i]+0.01)
		tall = max(tall, len(lines[i]))
	}
	height := d.size * lineHeight * float64(tall)
	if d.GetY()+height > pageHeight-2*pageMargin {
		d.AddPage()
		d.SetXY(pageMargin, pageMargin)
		if !filled {
			d.head()
			d.SetFont("dejavu", "", d.size)
		}
	}
	x, y := pageMargin, d.GetY()
	style := "D"
	if filled {
		style = "FD"
	}
	d.SetDrawColor(170, 170, 170)
	for i := range cells {
		d.Rect(x, y, d.widths[i], height, style)
		for n, line := range lines[i] {
			d.Text(x+padding, y+d.size*lineHeight*(float64(n)+0.75), line)
		}
		x += d.widths[i]
	}
	d.SetXY(pageMargin, y+height)
}
