package hidpos

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// counted is the layout that most scanners have: report 2 of 64 bytes with a
// byte count, three symbology identifiers, 56 bytes, a flag.
var counted = []byte{
	0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, // Usage Page (Bar Code Scanner), Usage (Scanner), Collection (Application)
	0x09, 0x12, 0xA1, 0x02, 0x85, 0x02, // Usage (Scanned Data Report), Collection (Logical), Report ID 2
	0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08, // 0 to 255, 8 bits each
	0x95, 0x01, 0x05, 0x01, 0x09, 0x3B, 0x81, 0x02, // 1 × Byte Count, of page Generic Desktop
	0x95, 0x03, 0x05, 0x8C, 0x09, 0xFB, 0x09, 0xFC, 0x09, 0xFD, 0x81, 0x02, // 3 × Symbology Identifier
	0x95, 0x38, 0x09, 0xFE, 0x82, 0x02, 0x01, // 56 × Decoded Data
	0x95, 0x02, 0x81, 0x03, // 2 bytes of padding
	0x75, 0x01, 0x95, 0x01, 0x25, 0x01, 0x09, 0xFF, 0x81, 0x02, // 1 bit Decode Data Continued
	0x95, 0x07, 0x81, 0x03, 0xC0, // 7 bits of padding
	0x09, 0x14, 0xA1, 0x02, 0x85, 0x04, 0x09, 0x00, 0x95, 0x01, 0x91, 0x02, 0xC0, // Trigger Report, an output
	0xC0,
}

// uncounted has neither numbers nor a count: 31 bytes and a flag byte, within a
// device that is a consumer control as well.
var uncounted = []byte{
	0x05, 0x0C, 0x09, 0x01, 0xA1, 0x01, 0xC0,
	0x05, 0x8C, 0x09, 0x03, 0xA1, 0x01, 0x75, 0x08, 0x95, 0x1F, 0x09, 0xFE, 0x81, 0x02,
	0x95, 0x01, 0x09, 0xFF, 0x81, 0x02, 0xC0,
}

var keyboard = []byte{
	0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x19, 0xE0, 0x29, 0xE7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02,
	0x95, 0x06, 0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xC0,
}

func parse(t *testing.T, descriptor []byte) *Layout {
	t.Helper()
	l, err := Parse(descriptor)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// report lays out a report of counted.
func countedReport(data string, more byte) []byte {
	b := make([]byte, 64)
	b[0], b[1] = 2, byte(len(data))
	copy(b[2:], "]Q1")
	copy(b[5:61], data)
	b[63] = more
	return b
}

func TestPartsOfACountedReport(t *testing.T) {
	l := parse(t, counted)
	for _, c := range []struct {
		name   string
		report []byte
		data   string
		more   bool
	}{
		{"whole code", countedReport("001090000011", 0), "001090000011", false},
		{"NUL inside and at the end", countedReport("a\x00b\x00", 0), "a\x00b\x00", false},
		{"goes on", countedReport(strings.Repeat("x", 56), 1), strings.Repeat("x", 56), true},
		{"other bits of the flag's byte are padding", countedReport("x", 0xFE), "x", false},
		{"nothing", countedReport("", 0), "", false},
		{"a count beyond the data", append([]byte{2, 255, ']', 'Q', '1'}, make([]byte, 59)...), strings.Repeat("\x00", 56), false},
		{"cut short", countedReport("001090000011", 0)[:9], "0010", false},
	} {
		part, ok := l.Read(c.report)
		if !ok || string(part.Data) != c.data || part.More != c.more {
			t.Errorf("%s: %q, more %v, %v", c.name, part.Data, part.More, ok)
		}
	}
}

func TestReportsWithoutACode(t *testing.T) {
	l := parse(t, counted)
	for _, b := range [][]byte{nil, {2}, {2, 4, ']', 'Q', '1'}, append([]byte{4}, make([]byte, 63)...)} {
		if part, ok := l.Read(b); ok {
			t.Errorf("Read(%v) = %+v", b, part)
		}
	}
}

func TestReportsWithoutNumbersOrCount(t *testing.T) {
	l := parse(t, uncounted)
	b := make([]byte, 32)
	copy(b, "001090000011")
	if part, ok := l.Read(b); !ok || string(part.Data) != "001090000011" || part.More {
		t.Errorf("%+v, %v", part, ok)
	}
	b[31] = 1
	if part, _ := l.Read(b); !part.More {
		t.Error("the flag in its own byte was not seen")
	}
}

func TestWhatIsNoScanner(t *testing.T) {
	noData := bytes.Replace(counted, []byte{0x09, 0xFE}, []byte{0x09, 0x20}, 1)
	for _, c := range []struct {
		name       string
		descriptor []byte
		want       error
	}{
		{"keyboard", keyboard, ErrNotScanner},
		{"nothing", nil, ErrNotScanner},
		{"scanner without decoded data", noData, ErrNoData},
		{"cut within an item", counted[:len(counted)-4][:20], errDescriptor},
		{"a collection that never began", []byte{0xC0}, errDescriptor},
		{"pop without push", []byte{0xB4}, errDescriptor},
		{"report number 0", []byte{0x85, 0x00}, errDescriptor},
		{"usages without end", []byte{0x05, 0x8C, 0x1B, 0, 0, 0, 0, 0x2B, 0xFF, 0xFF, 0xFF, 0xFF}, errDescriptor},
		{"a report of 500 MB", append(bytes.Clone(counted[:6]), 0x75, 0x20, 0x97, 0xFF, 0xFF, 0xFF, 0x07, 0x09, 0xFE, 0x81, 0x02), errDescriptor},
		{"collections without end", bytes.Repeat([]byte{0xA1, 0x01}, 100), errDescriptor},
		{"longer than the kernel's", bytes.Repeat([]byte{0x05, 0x8C}, 3000), errDescriptor},
	} {
		if _, err := Parse(c.descriptor); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if IsScanner(c.descriptor) {
			t.Errorf("%s is a scanner", c.name)
		}
	}
}

func TestLongItemsAndPushedGlobals(t *testing.T) {
	d := append([]byte{0xFE, 2, 0x10, 0xAA, 0xBB}, counted[:19]...)                    // a long item in front
	d = append(d, 0xA4, 0x05, 0x01, 0x75, 0x20, 0x95, 0x7F, 0xB4)                      // push, other values, pop
	d = append(d, counted[19:]...)                                                     // as if nothing had been
	d = append(d, 0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x85, 9, 0x0B, 0xFE, 0, 0x8C, 0) // a keyboard that claims decoded data
	d = append(d, 0x75, 8, 0x95, 8, 0x81, 2, 0xC0)
	l := parse(t, d)
	if part, ok := l.Read(countedReport("x", 0)); !ok || string(part.Data) != "x" {
		t.Errorf("%+v, %v", part, ok)
	}
	if part, ok := l.Read([]byte{9, 'x', 0, 0, 0, 0, 0, 0, 0}); ok {
		t.Errorf("a keyboard's report was taken: %+v", part)
	}
}

// FuzzParse: no descriptor makes the parser fail badly, and no report makes a
// layout read beyond it.
func FuzzParse(f *testing.F) {
	for _, d := range [][]byte{counted, uncounted, keyboard} {
		f.Add(d, countedReport("001090000011", 1))
	}
	f.Fuzz(func(t *testing.T, descriptor, report []byte) {
		l, err := Parse(descriptor)
		if (l == nil) == (err == nil) {
			t.Fatalf("Parse = %v, %v", l, err)
		}
		if err != nil {
			return
		}
		if part, ok := l.Read(report); ok && !bytes.Contains(report, part.Data) {
			t.Fatalf("%q is not in the report", part.Data)
		}
	})
}
