package print

import (
	"bytes"
	"fmt"
	"html"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"codeberg.org/go-pdf/fpdf"
	"github.com/go-fonts/dejavu/dejavusans"
)

// Label is a code with words below it, all in millimetres.
type Label struct {
	Code  *Code
	Side  float64 // of the code, quiet zone included
	Title string  // may be empty
	Lines []string
}

// What lies around the code in millimetres, and how lines stand.
const (
	margin  = 8.0
	leading = 1.3 // height of a line, to the size of its letters
	broad   = 0.6 // width of a letter, to its size
)

// pngDPI is the resolution of pictures: fine enough for any office printer.
const pngDPI = 300

// PNG is the code alone. Printed as it says, it is at least Side wide.
func (l *Label) PNG() ([]byte, error) {
	picture := l.Code.Picture(int(math.Ceil(l.Side / 25.4 * pngDPI)))
	return encodePNG(picture, float64(picture.Rect.Dx())/l.Side*25.4)
}

// SVG draws the label with its size in millimetres.
func (l *Label) SVG() []byte {
	width, height := l.size()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%gmm" height="%gmm" viewBox="0 0 %g %g">`+"\n", width, height, width, height)
	fmt.Fprintf(&b, `<rect width="%g" height="%g" fill="#fff"/>`+"\n", width, height)
	fmt.Fprintf(&b, `<path transform="translate(%g %g) scale(%.6f)" shape-rendering="crispEdges" d="`, margin, margin, l.Code.module(l.Side))
	l.Code.runs(func(x, y, n int) { fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x, y, n, n) })
	b.WriteString("\"/>\n")
	l.words(func(text string, size, y float64) {
		fmt.Fprintf(&b, `<text x="%g" y="%.2f" font-family="DejaVu Sans, sans-serif" font-size="%.2f" text-anchor="middle">%s</text>`+"\n", width/2, y, size, html.EscapeString(text))
	})
	b.WriteString("</svg>\n")
	return []byte(b.String())
}

// PDF is the label on a page of its own size.
func (l *Label) PDF() ([]byte, error) {
	width, height := l.size()
	f := fpdf.NewCustom(&fpdf.InitType{UnitStr: "mm", Size: fpdf.SizeType{Wd: width, Ht: height}})
	f.SetCatalogSort(true)
	f.SetCreationDate(time.Unix(0, 0)) // the same label gives the same file
	f.SetModificationDate(time.Unix(0, 0))
	f.SetMargins(0, 0, 0)
	f.SetAutoPageBreak(false, 0)
	f.AddUTF8FontFromBytes("dejavu", "", dejavusans.TTF)
	f.AddPage()
	f.SetFillColor(0, 0, 0)
	module := l.Code.module(l.Side)
	l.Code.runs(func(x, y, n int) {
		f.Rect(margin+float64(x)*module, margin+float64(y)*module, float64(n)*module, module, "F")
	})
	l.words(func(text string, size, y float64) {
		f.SetFont("dejavu", "", size*72/25.4)
		f.Text((width-f.GetStringWidth(text))/2, y, text)
	})
	var file bytes.Buffer
	if err := f.Output(&file); err != nil {
		return nil, fmt.Errorf("write PDF: %w", err)
	}
	return file.Bytes(), nil
}

// words calls do for each line below the code: its letters' size, and where
// they stand. A long line has smaller letters.
func (l *Label) words(do func(text string, size, y float64)) (end float64) {
	y := margin + l.Side
	line := func(text string, size float64) {
		if text = strings.Join(strings.Fields(text), " "); text == "" {
			return
		}
		size = min(size, (l.Side+margin)/broad/float64(utf8.RuneCountInString(text)))
		y += size * leading
		do(text, size, y)
	}
	line(l.Title, l.Side/11)
	for _, text := range l.Lines {
		line(text, l.Side/20)
	}
	return y
}

// smallest letters that are read from a sheet in the hand, in millimetres.
const smallest = 1

// Fits tells whether all words can be read below the code.
func (l *Label) Fits() error {
	var err error
	l.words(func(text string, size, _ float64) {
		if size < smallest {
			err = fmt.Errorf("label: %d letters are too many below %.0f mm", utf8.RuneCountInString(text), l.Side)
		}
	})
	return err
}

func (l *Label) size() (width, height float64) {
	return l.Side + 2*margin, l.words(func(string, float64, float64) {}) + margin
}
