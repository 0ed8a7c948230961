package symbol

import (
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/japanese"
)

// bitReader hands out bits, the highest first.
type bitReader struct {
	data []byte
	at   int
	bad  bool // more was asked for than there is
}

func (r *bitReader) left() int { return 8*len(r.data) - r.at }

func (r *bitReader) take(n int) int {
	if n > r.left() {
		r.bad = true
		r.at = 8 * len(r.data)
		return 0
	}
	v := 0
	for range n {
		v = v<<1 | int(r.data[r.at/8]>>(7-r.at%8)&1)
		r.at++
	}
	return v
}

// Modes of a segment (Table 2).
const (
	modeEnd          = 0
	modeNumeric      = 1
	modeAlphanumeric = 2
	modeAppend       = 3
	modeByte         = 4
	modeFNC1First    = 5
	modeECI          = 7
	modeKanji        = 8
	modeFNC1Second   = 9
)

// text gathers the segments of a symbol.
type text struct {
	bits    bitReader
	version int
	out     []byte
	charset encoding.Encoding // of byte segments, after an ECI; nil: bytes as they are
	fnc1    bool
}

// segments reads the payload out of the data codewords (7.4).
func segments(data []byte, version int) ([]byte, error) {
	t := text{bits: bitReader{data: data}, version: version, out: []byte{}}
	for t.bits.left() >= 4 {
		mode := t.bits.take(4)
		if mode == modeEnd {
			break
		}
		if err := t.segment(mode); err != nil {
			return nil, err
		}
		if t.bits.bad {
			return nil, fmt.Errorf("%w: a segment is longer than the symbol", ErrSegments)
		}
	}
	return t.out, nil
}

func (t *text) segment(mode int) error {
	switch mode {
	case modeNumeric:
		return t.numeric(t.bits.take(t.lengthBits(10, 12, 14)))
	case modeAlphanumeric:
		return t.alphanumeric(t.bits.take(t.lengthBits(9, 11, 13)))
	case modeByte:
		return t.bytes(t.bits.take(t.lengthBits(8, 16, 16)))
	case modeKanji:
		return t.kanji(t.bits.take(t.lengthBits(8, 10, 12)))
	case modeECI:
		return t.eci()
	case modeAppend:
		t.bits.take(16)
	case modeFNC1First:
		t.fnc1 = true
	case modeFNC1Second:
		t.fnc1 = true
		t.bits.take(8)
	default:
		return fmt.Errorf("%w: mode %d", ErrSegments, mode)
	}
	return nil
}

// lengthBits is the width of a segment's length (Table 3).
func (t *text) lengthBits(small, middle, large int) int {
	switch {
	case t.version <= 9:
		return small
	case t.version <= 26:
		return middle
	}
	return large
}

func (t *text) numeric(n int) error {
	for n > 0 && !t.bits.bad {
		digits := min(n, 3)
		v := t.bits.take([]int{0, 4, 7, 10}[digits])
		if v >= []int{0, 10, 100, 1000}[digits] {
			return fmt.Errorf("%w: %d is no group of %d digits", ErrSegments, v, digits)
		}
		t.out = append(t.out, fmt.Sprintf("%0*d", digits, v)...)
		n -= digits
	}
	return nil
}

const alphanumerics = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

func (t *text) alphanumeric(n int) error {
	from := len(t.out)
	for n > 0 && !t.bits.bad {
		chars := min(n, 2)
		v := t.bits.take([]int{0, 6, 11}[chars])
		if v >= []int{0, 45, 45 * 45}[chars] {
			return fmt.Errorf("%w: %d is no pair of characters", ErrSegments, v)
		}
		if chars == 2 {
			t.out = append(t.out, alphanumerics[v/45])
		}
		t.out = append(t.out, alphanumerics[v%45])
		n -= chars
	}
	if t.fnc1 {
		t.out = append(t.out[:from], separators(t.out[from:])...)
	}
	return nil
}

// separators reads % as the group separator and %% as % (7.4.8.2).
func separators(b []byte) []byte {
	var out []byte
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] != '%':
			out = append(out, b[i])
		case i+1 < len(b) && b[i+1] == '%':
			out = append(out, '%')
			i++
		default:
			out = append(out, 0x1d)
		}
	}
	return out
}

func (t *text) bytes(n int) error {
	if 8*n > t.bits.left() {
		t.bits.bad = true
		return nil
	}
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(t.bits.take(8))
	}
	charset := t.charset
	if charset == nil && japaneseText(b) {
		charset = japanese.ShiftJIS
	}
	if charset != nil && !utf8.Valid(b) {
		if converted, err := charset.NewDecoder().Bytes(b); err == nil {
			b = converted
		}
	}
	t.out = append(t.out, b...)
	return nil
}

// japaneseText tells whether bytes without a declared character set are Shift
// JIS, as Japanese encoders write it: three half-width letters in a row, or
// letters of two bytes, and nothing that it has no letter for.
func japaneseText(b []byte) bool {
	half, wide := 0, 0
	for i, row := 0, 0; i < len(b); i++ {
		switch c := b[i]; {
		case c < 0x80:
			row = 0
		case c >= 0xa1 && c <= 0xdf:
			if row++; row == 3 {
				half++
			}
		case (c >= 0x81 && c <= 0x9f || c >= 0xe0 && c <= 0xef) && i+1 < len(b) && b[i+1] >= 0x40 && b[i+1] <= 0xfc && b[i+1] != 0x7f:
			i++
			row = 0
			wide++
		default:
			return false
		}
	}
	return half > 0 || wide > 1
}

// kanji are double bytes of Shift JIS, packed into 13 bits (7.4.6).
func (t *text) kanji(n int) error {
	if 13*n > t.bits.left() {
		t.bits.bad = true
		return nil
	}
	var b []byte
	for range n {
		v := t.bits.take(13)
		v = v/0xc0<<8 | v%0xc0
		if v += 0x8140; v > 0x9ffc {
			v += 0xc140 - 0x8140
		}
		b = append(b, byte(v>>8), byte(v))
	}
	b, err := japanese.ShiftJIS.NewDecoder().Bytes(b)
	if err != nil {
		return fmt.Errorf("%w: no kanji", ErrSegments)
	}
	t.out = append(t.out, b...)
	return nil
}

// eci says which character set follows (7.4.2).
func (t *text) eci() error {
	v := t.bits.take(8)
	switch {
	case v&0x80 == 0:
	case v&0xc0 == 0x80:
		v = v&0x3f<<8 | t.bits.take(8)
	case v&0xe0 == 0xc0:
		v = v&0x1f<<16 | t.bits.take(16)
	default:
		return fmt.Errorf("%w: ECI %#x", ErrSegments, v)
	}
	t.charset = charsets[v]
	return nil
}

// charsets by their ECI number (AIM ITS/04-023). UTF-8 and those that nobody
// uses are taken as they are.
var charsets = func() map[int]encoding.Encoding {
	list := map[int]encoding.Encoding{1: charmap.ISO8859_1, 3: charmap.ISO8859_1, 20: japanese.ShiftJIS}
	for eci, name := range map[int]string{
		4: "ISO-8859-2", 5: "ISO-8859-3", 6: "ISO-8859-4", 7: "ISO-8859-5", 8: "ISO-8859-6", 9: "ISO-8859-7", 10: "ISO-8859-8", 12: "ISO-8859-10",
		15: "ISO-8859-13", 16: "ISO-8859-14", 17: "ISO-8859-15", 18: "ISO-8859-16",
		21: "windows-1250", 22: "windows-1251", 23: "windows-1252", 24: "windows-1256", 25: "UTF-16BE", 28: "Big5", 29: "GB18030", 30: "EUC-KR",
	} {
		if e, err := ianaindex.IANA.Encoding(name); err == nil && e != nil {
			list[eci] = e
		}
	}
	return list
}()
