package scanner

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"checkpoint"
)

// letters reads the numbers that a scanner types with Alt in both ways that
// scanners know, and tells at the end of a code which one it was:
//
//   - A number above 255 is a code point, and then all of them are.
//   - Else they are the bytes of UTF-8. What is not UTF-8 of letters that Vietnamese
//     papers hold is Latin-1, CP1252, CP1258, CP437 or VISCII: the same number is
//     another letter in each (253 is ý or ư), so it is none, and shows as U+FFFD.
//
// Almost every card has a letter above U+00FF (Đ, ă, ơ, ư, or one with two marks),
// so that code points are rarely taken for damage; nothing is ever taken for
// another letter.
type letters struct {
	points []byte // the code in UTF-8, if the numbers are code points
	wide   bool   // one of them is above 255
}

// letter is one letter as typed: as a byte of UTF-8 and as a code point.
type letter struct {
	b     byte
	point rune
	wide  bool // it can only be a code point
}

// notUTF8 stands where the bytes can have no meaning: UTF-8 never has it.
const notUTF8 = 0xFF

func ascii(b byte) letter { return letter{b: b, point: rune(b)} }
func hole() letter        { return letter{b: notUTF8, point: utf8.RuneError} }

// numbered is a letter typed by its number.
func numbered(n int) letter {
	point := vietnamese(n)
	switch {
	case n == 0:
		return hole()
	case n <= 0xFF:
		return letter{b: byte(n), point: point}
	}
	return letter{b: notUTF8, point: point, wide: point != utf8.RuneError}
}

func (l *letters) begin() { l.points, l.wide = l.points[:0], false }

// add is bounded: a code that is too long is lost, whatever it says.
func (l *letters) add(c letter) {
	l.wide = l.wide || c.wide
	if len(l.points) <= checkpoint.MaxPayloadSize {
		l.points = utf8.AppendRune(l.points, c.point)
	}
}

// text is the code, given its bytes; nil when it is too long. Letters and marks
// typed one by one become what cards hold (NFC), so that a lane knows the code
// that another of its readers has seen.
func (l *letters) text(b []byte) []byte {
	if l.wide {
		b = l.points
	}
	b = bytes.ToValidUTF8(b, []byte(string(utf8.RuneError)))
	b = norm.NFC.Bytes(bytes.Map(func(r rune) rune { return vietnamese(int(r)) }, b))
	if len(b) > checkpoint.MaxPayloadSize {
		return nil
	}
	return b
}

// vietnamese is the code point n where Vietnamese papers can hold it: Latin letters,
// combining marks, the dashes and quotes of addresses. Others are letters of
// CP437 (all below 0xC0), double bytes of an East Asian set, or worse.
func vietnamese(n int) rune {
	r := rune(n)
	switch {
	case n < 0x80, n >= 0x300 && n <= 0x36F, n >= 0x2010 && n <= 0x2026:
		return r
	case n >= 0xC0 && n <= unicode.MaxRune && unicode.Is(unicode.Latin, r):
		return r
	}
	return utf8.RuneError
}
