package scanner_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"checkpoint"
	"checkpoint/scanner"
	"checkpoint/scanner/readertest"
)

var noon = time.Date(2021, 9, 1, 12, 0, 0, 0, time.UTC)

// typed is what a keyboard reader makes of events that come all at once.
func typed(suffix scanner.Suffix, events []byte) (scans []checkpoint.Scan) {
	k := scanner.NewKeyboard(suffix, func(s checkpoint.Scan) { scans = append(scans, s) })
	k.Feed(events, noon)
	k.Idle(noon.Add(time.Minute))
	return scans
}

func events(presses []readertest.Press) []byte { return new(readertest.Kernel).Events(presses) }

// wantTyped takes "?" for an unreadable code.
func wantTyped(t *testing.T, scans []checkpoint.Scan, want ...string) {
	t.Helper()
	var got []string
	for _, s := range scans {
		if !s.Typed {
			t.Errorf("scan %q is not marked as typed", s.Payload)
		}
		if s.Unreadable {
			got = append(got, "?")
		} else {
			got = append(got, string(s.Payload))
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("codes = %q, want %q", got, want)
	}
}

// people have every letter of Vietnamese between them, in both cases and
// forms, so that no encoding can hide.
var people = []string{
	readertest.Card,
	"001090000011||Lê Hà Tú|15081990|Nam|Xã Cổ Loa|10052021",
	"001090000012||TRẦN THỊ BÌNH|15081990|Nữ|THÔN TRONG, LỤC NAM|10052021",
	"001090000013||Y Kô Êban|15081990|Nam|Đắk Lắk|10052021",
	"001090000014||Ngô Ánh Mỹ Lý|15081990|Nữ|Ấp Ô Môn, Cần Thơ|10052021",
	"001090000015||" + letters + "|15081990|Nữ|" + strings.ToUpper(letters) + "|10052021",
}

const letters = "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"

func TestEveryEncodingIsRightOrDamaged(t *testing.T) {
	for _, e := range readertest.Encodings() {
		for _, person := range people {
			for _, end := range []readertest.End{readertest.Enter, readertest.Tab, readertest.None} {
				scans := typed(scanner.AnyEnd, events(e.Type(person, end)))
				if len(scans) != 1 || scans[0].Unreadable {
					t.Fatalf("%s: %q came out as %d scans", e.Name, person, len(scans))
				}
				if err := e.Judge(person, string(scans[0].Payload)); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// One letter at a time: nothing else in the code tells what the number means.
func TestALetterAloneIsItselfOrDamaged(t *testing.T) {
	for _, e := range readertest.Encodings() {
		for _, r := range letters + strings.ToUpper(letters) {
			text := "001090000011||L" + string(r) + "|15081990|Nam|Hue|10052021"
			scans := typed(scanner.AnyEnd, events(e.Type(text, readertest.Enter)))
			got := string(scans[0].Payload)
			if norm.NFC.String(got) == text {
				continue
			}
			if e.Judge(text, got) != nil && !strings.ContainsRune(got, '\uFFFD') {
				t.Errorf("typed as %s, %q came out as %q", e.Name, text, got)
			}
		}
	}
}

func TestEveryKeyOfAUSKeyboard(t *testing.T) {
	var all []byte
	for b := byte(' '); b < 0x7F; b++ {
		all = append(all, b)
	}
	text := "x" + string(all) + "x"
	wantTyped(t, typed(scanner.CR, events(readertest.Encodings()[0].Type(text, readertest.Enter))), text)
}

// Keys by their usage, for what no text says.
const (
	keyA, keyB, keyJ, keyM, keyU = 0x04, 0x05, 0x0D, 0x10, 0x18
	keyEnter                     = 0x28
	keyCaps                      = 0x39
	keyF1                        = 0x3A
	keyNumLock                   = 0x53
	keyPad1, keyPadEnter         = 0x59, 0x58
	key102nd                     = 0x64

	control, shift, alt, meta, altGr = 1, 2, 4, 8, 64
)

// altNumber types three digits with Alt.
func altNumber(n int) []readertest.Press {
	digit := func(d int) byte { return keyPad1 + byte(d+9)%10 }
	return press(alt, digit(n/100), digit(n/10%10), digit(n%10))
}

func press(mods byte, keys ...byte) (p []readertest.Press) {
	for _, k := range keys {
		p = append(p, readertest.Press{0: mods, 2: k}, readertest.Press{0: mods})
	}
	return append(p, readertest.Press{})
}

func TestKeysBesideLetters(t *testing.T) {
	for _, c := range []struct {
		name    string
		presses [][]readertest.Press
		want    string
	}{
		{"caps lock", [][]readertest.Press{press(0, keyCaps, keyA), press(shift, keyA), press(0, keyCaps, keyA, 0x1E), press(0, keyCaps, 0x1E)}, "Aaa11"},
		{"number pad without Alt", [][]readertest.Press{press(0, keyNumLock, keyPad1, keyPad1+1, 0x62, 0x54)}, "120/"},
		{"function keys type nothing", [][]readertest.Press{press(0, keyF1, keyA)}, "a"},
		{"Ctrl and a letter is a control character", [][]readertest.Press{press(control, keyB), press(0, keyA)}, "\x02a"},
		{"Ctrl+Shift+U is a chord", [][]readertest.Press{press(control|shift, keyU), press(0, keyA)}, "\uFFFDa"},
		{"Alt and a letter is a chord", [][]readertest.Press{press(alt, keyA), press(0, keyB)}, "\uFFFDb"},
		{"AltGr and a letter is a chord", [][]readertest.Press{press(altGr, keyA), press(0, keyB)}, "\uFFFDb"},
		{"a chord with Meta", [][]readertest.Press{press(meta, keyA), press(0, keyB)}, "\uFFFDb"},
		{"Alt alone types nothing", [][]readertest.Press{press(alt), press(0, keyB)}, "b"},
		{"a number with a letter in it", [][]readertest.Press{press(alt, keyPad1, keyA, keyPad1), press(0, keyB)}, "\uFFFDb"},
		{"a number too long for any letter", [][]readertest.Press{press(alt, keyPad1, keyPad1, keyPad1, keyPad1, keyPad1, keyPad1, keyPad1, keyPad1, keyPad1), press(0, keyB)}, "\uFFFDb"},
		{"two letters of VISCII (ươ) that are the UTF-8 of a letter of another script", [][]readertest.Press{altNumber(223), altNumber(189)}, "\uFFFD"},
		{"number 0", [][]readertest.Press{press(alt, 0x62), press(0, keyB)}, "\uFFFDb"},
		{"a key that US keyboards have not", [][]readertest.Press{press(0, key102nd, keyB)}, "\uFFFDb"},
		{"a key held down repeats and types once", [][]readertest.Press{press(0, keyA)}, "a"},
	} {
		var all []readertest.Press
		for _, p := range c.presses {
			all = append(all, p...)
		}
		scans := typed(scanner.AnyEnd, events(append(all, press(0, keyEnter)...)))
		if len(scans) != 1 || string(scans[0].Payload) != c.want {
			t.Errorf("%s: %+v, want %q", c.name, scans, c.want)
		}
	}
}

func TestEndsOfATypedCode(t *testing.T) {
	for name, end := range map[string][]readertest.Press{
		"Enter": press(0, keyEnter), "Enter of the number pad": press(0, keyPadEnter),
		"Ctrl+M": press(control, keyM), "Ctrl+J": press(control, keyJ),
		"Alt+13": press(alt, keyPad1, keyPad1+2), "Enter with Alt still held": press(alt, keyEnter),
	} {
		code := readertest.Encodings()[0].Type(card, readertest.None)
		stream := events(append(append(append(code, end...), code...), end...))
		t.Run(name, func(t *testing.T) { wantTyped(t, typed(scanner.CR, stream), card, card) })
	}
}

func TestAKeyHeldDownNeitherTypesNorKeepsACodeAlive(t *testing.T) {
	var scans []checkpoint.Scan
	k := scanner.NewKeyboard(scanner.AnyEnd, func(s checkpoint.Scan) { scans = append(scans, s) })
	k.Feed(events(press(0, keyA)), noon)
	for ms := 30; ms < 300; ms += 30 {
		k.Feed(append(readertest.Event(1, 30, 2), readertest.Event(0, 0, 1)...), noon.Add(time.Duration(ms)*time.Millisecond))
	}
	wantTyped(t, scans, "a")
}

func TestEventsCutAnywhere(t *testing.T) {
	stream := events(readertest.Encodings()[0].Type("Đỗ|1", readertest.Enter))
	for cut := range stream {
		var scans []checkpoint.Scan
		k := scanner.NewKeyboard(scanner.AnyEnd, func(s checkpoint.Scan) { scans = append(scans, s) })
		k.Feed(stream[:cut], noon)
		k.Feed(stream[cut:], noon)
		wantTyped(t, scans, "Đỗ|1")
	}
}

// TestOverflow: whatever the kernel dropped and wherever, no scan has parts of
// that code, it is said once to be unreadable, and the next code is whole.
func TestOverflow(t *testing.T) {
	e := readertest.Encodings()[0]
	code := events(e.Type(card, readertest.Enter))
	const event = 24
	for _, suffix := range []scanner.Suffix{scanner.AnyEnd, scanner.CR} {
		for from := 0; from < len(code); from += 7 * event {
			for _, lost := range []int{event, 64 * event, len(code)} {
				stream := append(bytes.Clone(code[:from]), readertest.Dropped()...)
				if from+lost < len(code) {
					stream = append(stream, code[from+lost:]...)
				}
				var scans []checkpoint.Scan
				k := scanner.NewKeyboard(suffix, func(s checkpoint.Scan) { scans = append(scans, s) })
				k.Feed(stream, noon)
				k.Idle(noon.Add(time.Second))
				k.Feed(code, noon.Add(2*time.Second))
				wantTyped(t, scans, "?", card)
			}
		}
	}
}

// Until the end of its batch, what follows an overflow is not to be trusted.
func TestOverflowInTheMiddleOfABatch(t *testing.T) {
	dropped := readertest.Dropped()
	stream := append(bytes.Clone(dropped[:24]), readertest.Event(1, 28, 1)...) // an Enter of that batch
	stream = append(append(stream, dropped[24:]...), events(readertest.Encodings()[0].Type("rest", readertest.Enter))...)
	stream = append(stream, events(readertest.Encodings()[0].Type(card, readertest.Enter))...)
	wantTyped(t, typed(scanner.CR, stream), "?", card)
}

// FuzzKeyboard: whatever is pressed, nothing that comes out is too long, or
// anything but UTF-8, or has an end in it.
func FuzzKeyboard(f *testing.F) {
	for _, e := range readertest.Encodings() {
		var seed []byte
		for _, p := range e.Type("Đỗ|1", readertest.Enter) {
			seed = append(seed, p[0], p[2])
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, keys []byte) {
		var presses []readertest.Press
		for ; len(keys) >= 2; keys = keys[2:] {
			presses = append(presses, readertest.Press{0: keys[0], 2: keys[1] % 0x66})
		}
		for _, s := range typed(scanner.AnyEnd, events(presses)) {
			if len(s.Payload) > checkpoint.MaxPayloadSize || s.Unreadable != (len(s.Payload) == 0) || !s.Typed {
				t.Fatalf("scan %+v", s)
			}
			if !bytes.Equal(bytes.ToValidUTF8(s.Payload, nil), s.Payload) || bytes.ContainsAny(s.Payload, "\r\n\t") {
				t.Fatalf("payload %q", s.Payload)
			}
		}
	})
}
