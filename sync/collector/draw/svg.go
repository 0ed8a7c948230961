package draw

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
)

// The colours of the guard's page.
const (
	ink    = "#14181C"
	faint  = "#454C53" // secondary text
	line   = "#C3C8CD"
	paper  = "#FFFFFF"
	green  = "#00B294"
	yellow = "#FFE000"
	grey   = "#DFE3E6"
)

// canvas writes a document.
type canvas struct{ b strings.Builder }

// open begins a picture of a size, which a screen reader tells by title and text.
// id is unique on the page that holds the picture.
func (c *canvas) open(id string, width, height float64, title, text string) {
	id = escaped(id)
	c.printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img" aria-labelledby="%s-title %s-text" font-family="Inter, 'Noto Sans', sans-serif" font-size="14" fill="%s">`,
		n(width), n(height), n(width), n(height), id, id, ink)
	c.printf(`<title id="%s-title">%s</title><desc id="%s-text">%s</desc>`, id, escaped(title), id, escaped(text))
	c.printf(`<rect width="%s" height="%s" fill="%s"/>`, n(width), n(height), paper)
}

func (c *canvas) close() []byte {
	c.b.WriteString("</svg>\n")
	return []byte(c.b.String())
}

func (c *canvas) printf(format string, args ...any) { fmt.Fprintf(&c.b, format, args...) }

// label writes a text; anchor is start, middle or end.
func (c *canvas) label(x, y float64, anchor, more, text string) {
	c.printf(`<text x="%s" y="%s" text-anchor="%s"%s>%s</text>`, n(x), n(y), anchor, more, escaped(text))
}

// n is a length, to a tenth.
func n(x float64) string { return strconv.FormatFloat(float64(int(x*10+sign(x)/2))/10, 'f', -1, 64) }

func sign(x float64) float64 {
	if x < 0 {
		return -1
	}
	return 1
}

// escaped is a text as XML holds it; what XML cannot hold is left out.
func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder takes everything
	return b.String()
}

// words are a text in both languages.
type words struct{ vi, en string }

func (w words) in(language string) string {
	if language == "en" {
		return w.en
	}
	return w.vi
}

// grouped writes a number with its thousands apart.
func grouped(number int64) string {
	s := strconv.FormatInt(number, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:] // narrow no-break space
	}
	return s
}
