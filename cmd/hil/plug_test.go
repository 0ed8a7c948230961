package hil

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/device/lab"
	"checkpoint/scanner/readertest"
)

// plugs is how often scanners are pulled out and put in again: so often
// normally, a thousand times in make soak.
func plugs(normal int) int {
	if n, err := strconv.Atoi(os.Getenv(lab.Soak)); err == nil && n > 0 {
		return 5 * n
	}
	return normal
}

// outlet is a scanner of the box that is pulled out and put in again.
type outlet struct {
	name  string
	bench interface{ Unplug() error }
	plug  func() error
	node  func() string // empty: unplugged
	half  func()        // begins a code that never ends
	send  func(code string)
	// occupy takes what the scanner's node was called, so that it comes back
	// under another name; free gives it up again.
	occupy func(node string) (free func() error, err error)
}

// outlets makes a box with a scanner of each kind.
func outlets(t *testing.T) (*box, []outlet) {
	keys := newKeyboardBench(t)
	pos := newHID(t, "lab scanner", readertest.ScannerDescriptor())
	t.Cleanup(func() { keys.Close(); pos.Close() })
	b := newBox(t,
		fmt.Sprintf("name = \"keyboard\"\nkind = \"keyboard\"\nsuffix = \"CR\"\nusb = %q\n", keys.config().USB),
		fmt.Sprintf("name = \"pos\"\nkind = \"hid-pos\"\nusb = %q\n", pos.config().USB))
	// The kernel gives the lowest number that is free, and others may be free.
	decoys := func(node string) (func() error, error) {
		var held []*hidBench
		for range 8 {
			if _, err := os.Stat(node); err == nil {
				break
			}
			held = append(held, newHID(t, "decoy", readertest.KeyboardDescriptor()))
		}
		return func() (err error) {
			for _, d := range held {
				err = errors.Join(err, d.Unplug())
			}
			return err
		}, nil
	}
	return b, []outlet{
		{"usb", b.scanner, b.scanner.Plug, b.scanner.Device,
			func() { b.must(b.scanner.Half(cardPayload(t, "green"))) }, func(code string) { b.must(b.scanner.Send(code)) },
			func(node string) (func() error, error) {
				f, err := os.OpenFile(node, os.O_RDWR|syscall.O_NOCTTY, 0)
				return f.Close, err
			}},
		{"keyboard", keys, keys.Plug, keys.Event,
			func() { sendAll(b, keys.HID, keys.encoding.Type("00109", readertest.None)) },
			func(code string) { sendAll(b, keys.HID, keys.encoding.Type(code, readertest.Enter)) }, decoys},
		{"pos", pos, pos.Plug, pos.Hidraw,
			func() { sendAll(b, pos.HID, readertest.Reports(cardPayload(t, "green"))[:1]) },
			func(code string) { sendAll(b, pos.HID, readertest.Reports(code)) }, decoys},
	}
}

// soak counts what a box went through.
type soak struct {
	*box
	outlets []outlet
	shown   int            // codes that came out as scans
	again   int            // that had to be shown more than once
	renamed map[string]int // how often a scanner came back under another name
	kind    atomic.Value   // of the code that the lane saw last, a string
}

// cycle pulls a scanner out in the middle of a code and puts it in again, each
// other time under another name. The next whole code must come out.
func (s *soak) cycle(n int) {
	s.t.Helper()
	o := s.outlets[n%len(s.outlets)]
	was := o.node()
	free := func() error { return nil }
	var err error
	o.half()
	if n/len(s.outlets)%2 == 1 && o.name == "usb" { // a serial port's number is taken while it is open
		free, err = o.occupy(was)
		s.must(err)
	}
	s.must(o.bench.Unplug())
	s.awaitReader(o.name, false)
	if n/len(s.outlets)%2 == 1 && o.name != "usb" {
		free, err = o.occupy(was)
		s.must(err)
	}
	s.must(o.plug())
	s.awaitReader(o.name, true)
	if o.node() != was {
		s.renamed[o.name]++
	}
	s.must(free())
	s.show(o)
}

// codes are no person's: those are looked up, which takes an emulated machine
// about as long as a lane waits. The lane tells one kind from the other.
var codes = []struct{ text, kind string }{
	{"https://example.com/menu", string(checkpoint.FormatURL)},
	{"00020101021138540010A00000072701240006970436", string(checkpoint.FormatPayment)},
}

// show shows a code until the lane says what it is, another one each time. Keys
// that a machine was too busy to take are shown again, as a guard does.
func (s *soak) show(o outlet) {
	s.t.Helper()
	code := codes[s.shown%len(codes)]
	for try := range 10 {
		o.send(code.text)
		for end := time.Now().Add(4 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			if kind, _ := s.kind.Load().(string); kind == code.kind {
				s.shown++
				s.again += min(try, 1)
				return
			}
		}
	}
	s.t.Fatalf("%s was lost after %d codes", o.name, s.shown)
}

// listen follows what the lane says of codes, until the daemon ends.
func (s *soak) listen() {
	s.t.Helper()
	ready := make(chan struct{})
	go func() {
		// It ends with the daemon.
		_ = s.client.Events(s.t.Context(), ready, func(e control.Event) bool {
			s.kind.Store(e.Args["kind"])
			return true
		})
	}()
	select {
	case <-ready:
	case <-time.After(patience):
		s.t.Fatal("the daemon tells no events")
	}
}

// No scanner is lost however often it is pulled out, in the middle of a code,
// and nothing of it stays in the daemon: no file, no memory, no goroutine.
func TestUnplugSoak(t *testing.T) {
	b, list := outlets(t)
	s := &soak{box: b, outlets: list, renamed: map[string]int{}}
	s.listen()
	const warm = 6 // each kind, under the same name and another
	for n := range warm {
		s.cycle(n)
	}
	files, memory := b.files(), b.memory()
	cycles, began := plugs(18), time.Now()
	for n := range cycles {
		s.cycle(n)
		if n%50 == 49 {
			t.Logf("%d cycles: %d files, %d kB", n+1, b.files(), b.memory())
		}
	}
	nowFiles, nowMemory := b.files(), b.memory()
	goroutines := b.quit()
	b.start()
	s.listen()
	for n := range warm {
		s.cycle(n)
	}
	fresh := b.quit()
	t.Logf("%d cycles in %v, %d of %d codes shown again, other names %v; files %d to %d, memory %d to %d kB, goroutines %d, of a new daemon %d",
		cycles, time.Since(began).Round(time.Second), s.again, s.shown, s.renamed, files, nowFiles, memory, nowMemory, goroutines, fresh)
	for _, o := range list {
		if s.renamed[o.name] == 0 {
			t.Errorf("%s never came back under another name", o.name)
		}
	}
	const slackFiles, slackMemory, slackGoroutines = 2, 8 << 10, 3 // one status that is being told; the collector's mood
	if nowFiles > files+slackFiles || nowMemory > memory+slackMemory || goroutines > fresh+slackGoroutines {
		t.Error("something of the scanners stays in the daemon")
	}
}

func (b *box) awaitReader(name string, connected bool) {
	b.t.Helper()
	b.awaitReadersAre(fmt.Sprintf("reader %s connected %t", name, connected), func(r checkpoint.ReaderState) bool {
		return r.Name != name || r.Connected == connected
	})
}

// files counts what the daemon has open.
func (b *box) files() int {
	b.t.Helper()
	list, err := os.ReadDir(b.proc("fd"))
	b.must(err)
	return len(list)
}

// memory is what the daemon has of its own, in kB.
func (b *box) memory() (size int) {
	b.t.Helper()
	status, err := os.ReadFile(b.proc("status"))
	b.must(err)
	_, after, _ := strings.Cut(string(status), "RssAnon:")
	_, err = fmt.Sscan(after, &size)
	b.must(err)
	return size
}

func (b *box) proc(name string) string {
	return filepath.Join("/proc", strconv.Itoa(b.cmd.Process.Pid), name)
}

// quit ends the daemon in the way in which Go tells what every goroutine was
// doing, and counts them.
func (b *box) quit() int {
	b.t.Helper()
	before := len(b.log.String())
	b.must(b.cmd.Process.Signal(syscall.SIGQUIT))
	<-b.exited
	said := b.log.String()[before:]
	return cmp.Or(strings.Count(said, "\ngoroutine "), -1)
}
