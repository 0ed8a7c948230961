//go:build linux

package scanner_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/device/serial"
	"checkpoint/device/serial/pty"
	"checkpoint/scanner"
)

const card = "001090000011|012345678|Nguyễn Văn An|15081990|Nam|Số 7, Ngõ 12, Phúc Xá, Ba Đình, Hà Nội|10052021"

// line is a reader on a real port, its path a link as udev makes it.
type line struct {
	t      *testing.T
	link   string
	pair   *pty.Pair
	scans  chan checkpoint.Scan
	states chan bool
}

func (l *line) Scan(s checkpoint.Scan)          { l.scans <- s }
func (l *line) Reader(_ string, connected bool) { l.states <- connected }

func newLine(t *testing.T, suffix scanner.Suffix) *line {
	pair, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	l := &line{t: t, link: filepath.Join(t.TempDir(), "scanner"), pair: pair, scans: make(chan checkpoint.Scan, 64), states: make(chan bool, 64)}
	l.plug()
	open := func() (io.ReadCloser, error) { return serial.Open(serial.Config{Path: l.link}) }
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		(&scanner.Reader{Name: "door", Decode: scanner.Bytes(suffix), Open: open, Sink: l, Log: slog.New(slog.DiscardHandler)}).Run(ctx)
	}()
	t.Cleanup(func() { cancel(); <-done; l.pair.Close() })
	l.state(true)
	return l
}

// plug points the link to the present terminal.
func (l *line) plug() {
	l.t.Helper()
	if err := os.Symlink(l.pair.Path, l.link); err != nil {
		l.t.Fatal(err)
	}
}

// unplug takes the present terminal away. The next one, opened before that,
// has another name.
func (l *line) unplug() {
	l.t.Helper()
	next, err := pty.Open()
	if err != nil {
		l.t.Fatal(err)
	}
	os.Remove(l.link)
	l.pair.Close()
	l.pair = next
}

func (l *line) write(s string) {
	l.t.Helper()
	if _, err := l.pair.Master.WriteString(s); err != nil {
		l.t.Fatal(err)
	}
}

func (l *line) state(want bool) {
	l.t.Helper()
	select {
	case got := <-l.states:
		if got != want {
			l.t.Fatalf("connected = %t, want %t", got, want)
		}
	case <-time.After(20 * time.Second):
		l.t.Fatalf("not told connected = %t", want)
	}
}

func (l *line) scan(want string) {
	l.t.Helper()
	select {
	case s := <-l.scans:
		if got := string(s.Payload); got != want || s.Unreadable != (want == "") || s.Reader != "door" {
			l.t.Fatalf("scan = %q from %q, unreadable %t; want %q", got, s.Reader, s.Unreadable, want)
		}
	case <-time.After(20 * time.Second):
		l.t.Fatalf("no scan, want %.40q", want)
	}
}

// nothing tells that no scan is waiting; call it after one that came later.
func (l *line) nothing() {
	l.t.Helper()
	if n := len(l.scans); n != 0 {
		l.t.Fatalf("%d scans too many", n)
	}
}

var terminators = map[scanner.Suffix]string{scanner.CR: "\r", scanner.LF: "\n", scanner.CRLF: "\r\n", scanner.TAB: "\t", scanner.Silence: ""}

func TestPortEverySuffix(t *testing.T) {
	for suffix, end := range terminators {
		t.Run(string(suffix), func(t *testing.T) {
			l := newLine(t, suffix)
			l.write(card + end)
			l.scan(card)
			// Unreadable, and the one after it whole.
			l.write(strings.Repeat("x", checkpoint.MaxPayloadSize+1))
			l.scan("")
			if suffix == scanner.Silence {
				return
			}
			l.write("rest" + end + card + end)
			l.scan(card)
			l.nothing()
		})
	}
}

func TestPortCodeSplitAnywhere(t *testing.T) {
	l := newLine(t, scanner.CRLF)
	for cut := 1; cut < len(card)+2; cut++ {
		sent := card + "\r\n"
		l.write(sent[:cut])
		l.write(sent[cut:])
		l.scan(card)
	}
	l.nothing()
}

func TestPortTwentyGluedCodes(t *testing.T) {
	l := newLine(t, scanner.CR)
	var sent strings.Builder
	for i := range 20 {
		fmt.Fprintf(&sent, "%s%02d\r", card, i)
	}
	l.write(sent.String())
	for i := range 20 {
		l.scan(fmt.Sprintf("%s%02d", card, i))
	}
	l.nothing()
}

func TestPortHalfACodeThenUnplugAndReplug(t *testing.T) {
	l := newLine(t, scanner.CR)
	for range 3 {
		old := l.pair.Path
		l.write(card[:40])
		l.unplug()
		l.state(false)
		l.plug()
		l.state(true)
		l.write(card + "\r")
		l.scan(card)
		l.nothing()
		if old == l.pair.Path {
			t.Fatal("the replugged port has its old name: the link was not put to the test")
		}
	}
	if len(l.states) != 0 {
		t.Error("a change was told twice")
	}
}

// TestPortNoise: a million random bytes through a real port, good codes mixed
// in, every one of them delivered, memory flat.
func TestPortNoise(t *testing.T) {
	l := newLine(t, scanner.CR)
	source := rand.NewChaCha8([32]byte{11})
	random := rand.New(source)
	good := 0
	before := heap()
	written := make(chan error, 1)
	go func() {
		buf := make([]byte, 0, 4096)
		var err error
		for sent := 0; sent < 1_000_000 && err == nil; sent += len(buf) {
			buf = buf[:random.IntN(3000)]
			source.Read(buf)
			buf = fmt.Appendf(buf, "\r%s#%06d\r", card, good)
			good++
			_, err = l.pair.Master.Write(buf)
		}
		if err == nil {
			_, err = l.pair.Master.WriteString("the end\r")
		}
		written <- err
	}()
	seen := 0
	for s := range l.scans {
		if string(s.Payload) == "the end" {
			break
		}
		if string(s.Payload) == fmt.Sprintf("%s#%06d", card, seen) {
			seen++
		}
	}
	if err := <-written; err != nil {
		t.Fatal(err)
	}
	if seen != good || good < 500 {
		t.Errorf("%d of %d good codes came out", seen, good)
	}
	if grown := int64(heap()) - int64(before); grown > 512<<10 {
		t.Errorf("heap grew by %d bytes", grown)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
