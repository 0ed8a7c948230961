package hil

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"syscall"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/device/hidraw"
	"checkpoint/device/keyboard"
	"checkpoint/device/lab/virtual"
	"checkpoint/device/node"
	"checkpoint/scanner"
	"checkpoint/scanner/hidpos"
	"checkpoint/scanner/readertest"
)

var benches = map[string]func(*testing.T) readertest.Bench{
	"serial":   func(t *testing.T) readertest.Bench { return newSerialBench(t) },
	"keyboard": func(t *testing.T) readertest.Bench { return newKeyboardBench(t) },
	"HID-POS":  newPOSBench,
	"replay":   newReplayBench,
}

// Every kind of reader passes on the kernel's own drivers what it passes
// without them.
func TestConformance(t *testing.T) {
	for kind, bench := range benches {
		for _, c := range readertest.Cases() {
			t.Run(kind+"/"+c.Name, func(t *testing.T) {
				c.Run(t, func() readertest.Bench { return bench(t) })
			})
		}
	}
}

// No reader is lost, and nothing is left over.
func TestReplugSoak(t *testing.T) {
	for kind, bench := range benches {
		t.Run(kind, func(t *testing.T) { readertest.Cycles(t, bench(t), plugs(10)) })
	}
}

// collect runs a reader of a bench and gives what it reads.
func collect(t *testing.T, b readertest.Bench) chan checkpoint.Scan {
	t.Helper()
	sink := &heard{make(chan checkpoint.Scan, 64), make(chan bool, 64)}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	reader := b.Reader(sink)
	reader.Log = slog.New(slog.DiscardHandler)
	go func() { defer close(ended); reader.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended; b.Close() })
	for !<-sink.connected {
	}
	return sink.scans
}

type heard struct {
	scans     chan checkpoint.Scan
	connected chan bool
}

func (c *heard) Scan(s checkpoint.Scan)          { c.scans <- s }
func (c *heard) Reader(_ string, connected bool) { c.connected <- connected }

func next(t *testing.T, scans chan checkpoint.Scan) checkpoint.Scan {
	t.Helper()
	select {
	case s := <-scans:
		return s
	case <-time.After(patience):
		t.Fatal("no code")
		return checkpoint.Scan{}
	}
}

// However a scanner types, the text is right or shows its damage.
func TestKeyboardEncodings(t *testing.T) {
	for _, e := range readertest.Encodings() {
		t.Run(e.Name, func(t *testing.T) {
			b := newKeyboardBench(t)
			b.encoding = e
			scans := collect(t, b)
			if err := b.Send(readertest.Card); err != nil {
				t.Fatal(err)
			}
			if err := e.Judge(readertest.Card, string(next(t, scans).Payload)); err != nil {
				t.Error(err)
			}
		})
	}
}

// A scanner that types faster than anybody reads overflows the kernel's buffer:
// the code is not read, never read wrongly, and the next one is whole.
func TestOverflowIsNotRead(t *testing.T) {
	b := newKeyboardBench(t)
	scans := collect(t, b)
	dropped := false
	for try := 0; try < 50 && !dropped; try++ {
		code := fmt.Sprintf("%s%d", readertest.Card, try)
		for _, p := range b.encoding.Type(code, readertest.Enter) {
			if err := b.Report(p[:]); err != nil { // without waiting
				t.Fatal(err)
			}
		}
		if dropped = len(scans) == 0; dropped { // Enter may be among what was lost
			time.Sleep(2 * scanner.BrokenAfter)
		}
		for len(scans) > 0 {
			s := <-scans
			if !s.Unreadable && string(s.Payload) != code {
				t.Fatalf("typed %q, read %q", code, s.Payload)
			}
			dropped = dropped || s.Unreadable
		}
	}
	if !dropped {
		t.Error("the kernel never dropped a key: the test tests nothing")
	}
	time.Sleep(2 * scanner.BrokenAfter) // what still comes of the lost code is over with silence
	if err := b.Send(readertest.Card); err != nil {
		t.Fatal(err)
	}
	s := next(t, scans)
	for s.Unreadable {
		s = next(t, scans)
	}
	if string(s.Payload) != readertest.Card {
		t.Errorf("after the overflow came %q", s.Payload)
	}
}

// The daemon reads every kind of scanner at one lane, and keys reach nobody
// else.
func TestEveryKindOfScannerAtOneBox(t *testing.T) {
	keys := newKeyboardBench(t)
	pos := newHID(t, "lab scanner", readertest.ScannerDescriptor())
	t.Cleanup(func() { keys.Close(); pos.Close() })
	b := newBox(t,
		fmt.Sprintf("name = \"keyboard\"\nkind = \"keyboard\"\nsuffix = \"CR\"\nusb = %q\n", keys.config().USB),
		fmt.Sprintf("name = \"pos\"\nkind = \"hid-pos\"\nusb = %q\n", pos.config().USB))
	typed := keys.encoding.Type(cardPayload(t, "amber"), readertest.Enter)
	// A daemon that is held up loses keys and says so; the guard scans again.
	for try := 0; try == 0 || try < 10 && !b.within(5*time.Second, checkpoint.StateWaiting); try++ {
		sendAll(b, keys.HID, typed)
	}
	b.awaitState(checkpoint.StateWaiting)
	// What was typed once more, too late, is another scan: it is answered as well.
	for b.within(4*time.Second, checkpoint.StateWaiting) {
		b.pull("BUTTON-2", false)
		b.awaitState(checkpoint.StateIdle)
		b.pull("BUTTON-2", true)
	}
	b.scan("green", checkpoint.Admit)
	sendAll(b, pos.HID, readertest.Reports(cardPayload(t, "place")))
	b.await("the code of the HID-POS scanner", func(s control.Status) bool { return s.Lanes[0].Verdict == checkpoint.NotRead.String() })
	b.must(keys.Unplug())
	b.await("a scanner that is gone", func(s control.Status) bool { return !s.Lanes[0].Readers[0].Connected })
	b.must(keys.Plug())
	b.awaitReaders(true)
}

// One scanner under two names is one reader's: else a card would be two people's
// scan, each at a lane of its own.
func TestOneScannerIsOneReaders(t *testing.T) {
	keys, pos := newKeyboardBench(t), newHID(t, "lab scanner", readertest.ScannerDescriptor())
	t.Cleanup(func() { keys.Close(); pos.Close() })
	for kind, at := range map[string]struct {
		config node.Config
		path   string
		open   func(node.Config) (io.ReadCloser, error)
	}{
		"keyboard": {keys.config(), keys.Event(), keyboard.Open},
		"hid-pos":  {pos.config(), pos.Hidraw(), func(c node.Config) (io.ReadCloser, error) { return hidraw.Open(c, hidpos.IsScanner) }},
	} {
		first, err := at.open(at.config)
		if err != nil {
			t.Fatal(kind, err)
		}
		if second, err := at.open(node.Config{Path: at.path}); !errors.Is(err, syscall.EBUSY) {
			t.Errorf("%s: a second reader got %v, %v; want EBUSY", kind, second, err)
		}
		first.Close()
		again, err := at.open(node.Config{Path: at.path})
		if err != nil {
			t.Errorf("%s: after the first let go: %v", kind, err)
			continue
		}
		again.Close()
	}
}

// sendAll sends reports at a scanner's pace.
func sendAll[R readertest.Press | readertest.Report](b *box, to *virtual.HID, reports []R) {
	b.t.Helper()
	for _, r := range reports {
		time.Sleep(5 * time.Millisecond)
		var report bytes.Buffer
		b.must(binary.Write(&report, binary.NativeEndian, r))
		b.must(to.Report(report.Bytes()))
	}
}

// within tells whether the lane comes to a state in that time.
func (b *box) within(d time.Duration, state checkpoint.State) bool {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if s, err := b.client.Status(b.t.Context()); err == nil && s.Lanes[0].State == state.String() {
			return true
		}
	}
	return false
}
