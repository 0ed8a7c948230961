package readertest

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/unicode/norm"
)

// Encoding is a way in which a scanner in keyboard mode types letters beyond
// ASCII.
type Encoding struct {
	Name string
	// Whole: a reader can get back what was on the card, but for its
	// normalisation. Otherwise the text must come out as damaged.
	Whole bool
	nfd   bool // letters and marks one by one
	ascii bool // ASCII is typed by number, too
	// numbers are what is typed on the number pad for a letter: none, one or
	// several. A negative one is the key of that ASCII letter instead.
	numbers func(r rune) []int
}

// Encodings are those of scanners on sale, and code pages of computers that
// some of them were made for.
func Encodings() []Encoding {
	return []Encoding{
		{Name: "UTF-8 bytes", Whole: true, numbers: utf8Bytes},
		{Name: "UTF-8 bytes, ASCII by number as well", Whole: true, ascii: true, numbers: utf8Bytes},
		{Name: "UTF-8 bytes of letters and marks", Whole: true, nfd: true, numbers: utf8Bytes},
		{Name: "code points", Whole: true, numbers: codePoint},
		{Name: "code points of letters and marks", Whole: true, nfd: true, numbers: codePoint},
		{Name: "nothing", numbers: func(rune) []int { return nil }},
		{Name: "question marks", numbers: func(rune) []int { return []int{-'?'} }},
		{Name: "Windows-1252", numbers: page(charmap.Windows1252)},
		{Name: "Windows-1258", numbers: windows1258},
		{Name: "code page 437", numbers: page(charmap.CodePage437)},
		{Name: "GBK", numbers: page(simplifiedchinese.GBK)},
		{Name: "code points cut to a byte", numbers: func(r rune) []int { return []int{int(r & 0xFF)} }},
	}
}

// Judge is an error where a reader made the wrong text of one with letters
// beyond ASCII: another one, or one that does not show its damage.
func (e Encoding) Judge(text, got string) error {
	whole := norm.NFC.String(got) == norm.NFC.String(text)
	damaged := strings.ContainsAny(got, "?\uFFFD") || strings.IndexFunc(got, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
	if e.Whole && whole || !e.Whole && damaged {
		return nil
	}
	return fmt.Errorf("typed as %s, %q came out as %q", e.Name, text, got)
}

func codePoint(r rune) []int { return []int{int(r)} }

func utf8Bytes(r rune) (numbers []int) {
	for _, b := range []byte(string(r)) {
		numbers = append(numbers, int(b))
	}
	return numbers
}

// page types the code of a letter in a code page, double bytes as one number.
// A letter that the page does not have is a question mark.
func page(set encoding.Encoding) func(r rune) []int {
	return func(r rune) []int {
		code, err := set.NewEncoder().String(string(r))
		if err != nil {
			return []int{-'?'}
		}
		n := 0
		for _, b := range []byte(code) {
			n = n<<8 | int(b)
		}
		return []int{n}
	}
}

// windows1258 has most letters without their tone, and the tones as marks.
func windows1258(r rune) []int {
	letter := page(charmap.Windows1258)
	if whole := letter(r); whole[0] > 0 {
		return whole
	}
	parts := norm.NFD.String(string(r))
	for _, tone := range "\u0300\u0301\u0303\u0309\u0323" {
		if strings.ContainsRune(parts, tone) {
			base, _ := utf8.DecodeRuneInString(norm.NFC.String(strings.Replace(parts, string(tone), "", 1)))
			if base < utf8.RuneSelf {
				return append([]int{-int(base)}, letter(tone)...)
			}
			return append(letter(base), letter(tone)...)
		}
	}
	return []int{-'?'}
}
