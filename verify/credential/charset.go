package credential

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// lostByte stands for a byte that the wrong decoder dropped; UTF-8 never has it.
const lostByte = 0xFF

// rereadUTF8 undoes UTF-8 that was read as CP1252, CP932 or Big5: the text is
// encoded back into each, and a result that is UTF-8 of Vietnamese letters is
// what the card said. lossy tells that letters are missing in it (U+FFFD each),
// cjk that one of the East Asian sets was guessed. Empty: nothing to undo.
func rereadUTF8(s string) (fixed string, lossy, cjk bool) {
	if isASCII(s) {
		return "", false, false
	}
	if !hasEastAsian(s) {
		fixed, lost := decodeLossy(toCP1252(s))
		return fixed, lost > 0, false
	}
	best := -1
	for _, set := range []encoding.Encoding{japanese.ShiftJIS, traditionalchinese.Big5} {
		candidate, lost := decodeLossy(toBytes(s, set))
		if candidate != "" && (best < 0 || lost < best) {
			fixed, best = candidate, lost
		}
	}
	return fixed, best > 0, fixed != ""
}

// hasEastAsian tells whether s holds what CP932 and Big5 decoders make of bytes
// above 0x7F: ideographs, kana, half and full width forms and their signs.
func hasEastAsian(s string) bool {
	for _, r := range s {
		if r >= 0x2460 && r <= 0x9FFF || r >= 0xE000 && r < utf8.RuneError {
			return true
		}
	}
	return false
}

// toCP1252 is nil for text that cannot have come from CP1252, such as Vietnamese
// that is in order. Bytes without a letter in CP1252 arrive as C1 controls, as
// Latin-1 has them, or not at all.
func toCP1252(s string) []byte {
	b := make([]byte, 0, len(s))
	for _, r := range s {
		c, ok := charmap.Windows1252.EncodeRune(r)
		switch {
		case r <= 0xFF:
			c = byte(r)
		case r == utf8.RuneError:
			c = lostByte
		case !ok:
			return nil
		}
		b = append(b, c)
	}
	return b
}

// toBytes encodes s, with lostByte for every letter that the set does not have.
func toBytes(s string, set encoding.Encoding) []byte {
	b := make([]byte, 0, len(s))
	encoder := set.NewEncoder()
	for _, r := range s {
		if r < utf8.RuneSelf {
			b = append(b, byte(r))
			continue
		}
		code, err := encoder.String(string(r))
		if err != nil || r == utf8.RuneError {
			code = string([]byte{lostByte})
		}
		b = append(b, code...)
	}
	return b
}

// decodeLossy reads b as UTF-8 with one U+FFFD for each letter that has bytes
// missing, and counts those. It is empty unless at least one letter came out,
// all are Latin, and a third or more of them was read: else b was never UTF-8.
func decodeLossy(b []byte) (s string, lost int) {
	var out strings.Builder
	read := 0
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			size = brokenLength(b[i:])
			lost++
		case r >= utf8.RuneSelf && !isLatin(r):
			return "", 0
		case r >= utf8.RuneSelf:
			read++
		}
		out.WriteRune(r)
		i += size
	}
	if lost > 2*read || read == 0 {
		return "", 0
	}
	return out.String(), lost
}

// brokenLength is how many bytes at the start of b are the remains of one
// letter: its lead, what followed of it, and the sign that a decoder put for
// the byte it could not read.
func brokenLength(b []byte) int {
	n, want := 1, 1
	switch {
	case b[0] == lostByte:
		return 1
	case b[0] >= 0xE0:
		want = 3
	case b[0] >= 0xC0:
		want = 2
	}
	for n < want && n < len(b) && b[n]&0xC0 == 0x80 {
		n++
	}
	if n < want && n < len(b) && (b[n] == '?' || b[n] == lostByte) {
		n++
	}
	return n
}

// isLatin: letters of Vietnamese and the languages around it, composed or as
// combining marks, and the dashes and quotes that addresses hold.
func isLatin(r rune) bool {
	return r >= 0xA0 && r <= 0x24F || r >= 0x300 && r <= 0x36F ||
		r >= 0x1E00 && r <= 0x1EFF || r >= 0x2010 && r <= 0x2026 || r == 0x2BC
}
