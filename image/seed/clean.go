package seed

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// clean is the file as TOML wants it (toml.io, v1.0.0): UTF-8 and LF. What
// editors on office computers leave behind is taken as it was meant (Windows
// line ends, byte order marks, UTF-16 of old Notepads, spaces that do not
// break); quotes that a word processor has bent are a fault, and read as
// straight ones so that the faults after them are told, too.
func clean(b []byte) (string, Faults) {
	text, faults := decode(b)
	if strings.ContainsRune(text, 0) { // UTF-16 without its mark, or no text at all: a fault for each line helps nobody
		return "", notUTF8()
	}
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		straight, bent := straighten(line)
		if bent != 0 {
			faults.add(i+1, "dấu nháy %c không dùng được, hãy gõ dấu \" thẳng; soạn bằng Notepad, không dùng Word", "the quote %c does not serve, type a straight \"; use Notepad, not Word", bent)
		}
		lines[i] = straight
	}
	return strings.Join(lines, "\n"), faults
}

// Plain is a text as an editor or a shell of Windows may have left it (a byte order
// mark, UTF-16), in UTF-8.
func Plain(b []byte) string {
	text, _ := decode(b) // what is no text is none for whoever reads it
	return text
}

// decode takes off a byte order mark and what it stands for.
func decode(b []byte) (string, Faults) {
	if order := orderOf(b); order != nil {
		return wide(b[2:], order), nil
	}
	b = bytes.TrimPrefix(b, []byte{0xef, 0xbb, 0xbf})
	if utf8.Valid(b) {
		return string(b), nil
	}
	return strings.ToValidUTF8(string(b), "?"), notUTF8()
}

func notUTF8() (faults Faults) {
	faults.add(0, "tệp không phải UTF-8: trong Notepad chọn Save as, Encoding UTF-8", "the file is not UTF-8: in Notepad use Save as, encoding UTF-8")
	return faults
}

// byteOrder is how a file of UTF-16 has its bytes.
type byteOrder interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// orderOf tells UTF-16 by its mark; nil: it is none.
func orderOf(b []byte) byteOrder {
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}):
		return binary.LittleEndian
	case bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		return binary.BigEndian
	}
	return nil
}

func wide(b []byte, order byteOrder) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// straighten looks at what stands outside of strings and comments: a bent quote
// there was meant as a straight one. It gives the first that it found.
func straighten(line string) (straight string, bent rune) {
	var out strings.Builder
	var open rune // the quote of the string that is open
	for i, r := range line {
		switch {
		case open != 0:
			if r == open || open == '"' && isBent(r) && bent != 0 {
				open, r = 0, open
			}
		case r == '"' || r == '\'':
			open = r
		case r == '#':
			out.WriteString(line[i:])
			return out.String(), bent
		case isBent(r):
			bent, open, r = r, '"', '"'
		case r == '\u00a0' || r == '\u200b' || r == '\u3000':
			r = ' '
		}
		out.WriteRune(r)
	}
	return out.String(), bent
}

// isBent tells the quotes that word processors and telephones put.
func isBent(r rune) bool { return strings.ContainsRune("“”„‟‘’‚«»″＂´", r) }
