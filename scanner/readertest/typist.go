package readertest

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// KeyboardDescriptor is the report descriptor of a boot keyboard (HID 1.11,
// appendix B.1), which a scanner in keyboard mode shows.
func KeyboardDescriptor() []byte {
	return []byte{
		0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, // Generic Desktop, Keyboard, Collection (Application)
		0x05, 0x07, 0x19, 0xE0, 0x29, 0xE7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, // 8 modifiers
		0x95, 0x01, 0x75, 0x08, 0x81, 0x01, // a byte of padding
		0x95, 0x05, 0x75, 0x01, 0x05, 0x08, 0x19, 0x01, 0x29, 0x05, 0x91, 0x02, 0x95, 0x01, 0x75, 0x03, 0x91, 0x01, // lamps
		0x95, 0x06, 0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, // 6 keys
		0xC0,
	}
}

// Press is one report of a boot keyboard: modifiers, nothing, the keys held.
type Press [8]byte

// Modifiers of a [Press] (HID 1.11, appendix B.1).
const (
	shift = 1 << 1
	alt   = 1 << 2
)

// End is the key that a scanner presses after a code.
type End string

// The ends.
const (
	Enter End = "\r"
	Tab   End = "\t"
	None  End = ""
)

// Type is what a scanner types for a text: reports for the kernel, in order.
func (e Encoding) Type(text string, end End) (presses []Press) {
	if e.nfd {
		text = norm.NFD.String(text)
	}
	for _, r := range text {
		numbers := []int{-int(r)}
		if r >= utf8.RuneSelf || e.ascii {
			numbers = e.numbers(r)
		}
		for _, n := range numbers {
			if n < 0 {
				presses = append(presses, key(byte(-n))...)
			} else {
				presses = append(presses, number(n)...)
			}
		}
	}
	for _, b := range []byte(end) {
		presses = append(presses, key(b)...)
	}
	return presses
}

// key presses and releases the key of an ASCII letter.
func key(b byte) []Press {
	for _, k := range usages {
		if i := strings.IndexByte(k.plain, b); i >= 0 {
			return []Press{{2: k.first + byte(i)}, {}}
		}
		if i := strings.IndexByte(k.shifted, b); i >= 0 {
			return []Press{{0: shift, 2: k.first + byte(i)}, {}}
		}
	}
	panic(fmt.Sprintf("no key types %q", b))
}

// usages are the keys of a US keyboard (HID Usage Tables, page 0x07).
var usages = []struct {
	first          byte
	plain, shifted string
}{
	{0x04, "abcdefghijklmnopqrstuvwxyz1234567890", "ABCDEFGHIJKLMNOPQRSTUVWXYZ!@#$%^&*()"},
	{0x28, "\r", ""},
	{0x2B, "\t -=[]\\", "\x00\x00_+{}|"},
	{0x33, ";'`,./", ":\"~<>?"},
}

// number types a number on the number pad while Alt is held.
func number(n int) []Press {
	presses := []Press{{0: alt}}
	for _, digit := range []byte(fmt.Sprintf("%04d", n)) {
		usage := byte(0x62) // 0 comes after 9
		if digit != '0' {
			usage = 0x59 + digit - '1'
		}
		presses = append(presses, Press{0: alt, 2: usage}, Press{0: alt})
	}
	return append(presses, Press{})
}
