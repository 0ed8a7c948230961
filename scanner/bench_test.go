//go:build linux

package scanner_test

import (
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint"
	"checkpoint/device/hidraw"
	"checkpoint/device/keyboard"
	"checkpoint/device/replay"
	"checkpoint/device/serial"
	"checkpoint/device/serial/pty"
	"checkpoint/scanner"
	"checkpoint/scanner/readertest"
)

// The benches of readertest without a kernel's help: real terminals and files,
// and for keys and reports a pipe and a socket in place of the device, behind
// which everything is what a box runs.

// serialBench is a pseudo terminal behind a link.
type serialBench struct {
	link string
	pair *pty.Pair
}

func newSerial(t *testing.T) readertest.Bench {
	b := &serialBench{link: filepath.Join(t.TempDir(), "scanner")}
	var err error
	if b.pair, err = pty.Open(); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(b.pair.Path, b.link); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *serialBench) Reader(sink checkpoint.Sink) *scanner.Reader {
	return &scanner.Reader{Name: "s", Sink: sink, Decode: scanner.Bytes(scanner.CR), Open: func() (io.ReadCloser, error) {
		return serial.Open(serial.Config{Path: b.link})
	}}
}

// Unplug opens the next terminal before, so that it has another name.
func (b *serialBench) Unplug() error {
	next, err := pty.Open()
	if err != nil {
		return err
	}
	os.Remove(b.link)
	b.pair.Close()
	b.pair = next
	return nil
}

func (b *serialBench) Plug() error            { return os.Symlink(b.pair.Path, b.link) }
func (b *serialBench) Send(code string) error { return b.write([]byte(code + "\r")) }
func (b *serialBench) Half(code string) error { return b.write([]byte(code[:len(code)/2])) }
func (b *serialBench) PauseEnds() bool        { return false }
func (b *serialBench) Close() error           { return b.pair.Close() }
func (b *serialBench) Drip(code string) error { return readertest.Drip(code+"\r", b.write) }

func (b *serialBench) Garbage(random *rand.Rand) error {
	return b.write(append(readertest.Noise(random, 6000), '\r'))
}

func (b *serialBench) write(p []byte) error {
	_, err := b.pair.Master.Write(p)
	return err
}

// newReplay is a file that is played.
func newReplay(t *testing.T) readertest.Bench {
	b, err := readertest.NewFile(t.TempDir(), func(path string) (io.ReadCloser, error) {
		return replay.Open(path, scanner.CR.Ends, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// plugged hands a reader the device that is plugged in: the end of a pipe, once
// for each plug, as a device node is there as long as its device is.
type plugged struct {
	mu  sync.Mutex
	end *os.File // not yet opened by the reader
	far *os.File // the scanner's end
}

func (p *plugged) open() (*os.File, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.end == nil {
		return nil, fs.ErrNotExist
	}
	end := p.end
	p.end = nil
	return end, nil
}

func (p *plugged) set(end, far *os.File) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.end, p.far = end, far
}

// Unplug makes the reader's next read fail, as the kernel does.
func (p *plugged) Unplug() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.end != nil {
		p.end.Close()
		p.end = nil
	}
	return p.far.Close()
}

func (p *plugged) Close() error { return p.Unplug() }

// keyboardBench types with an encoding.
type keyboardBench struct {
	plugged
	kernel   readertest.Kernel
	encoding readertest.Encoding
	suffix   scanner.Suffix
}

// newKeyboard: with suffix CR a pause ends no code.
func newKeyboard(t *testing.T, suffix scanner.Suffix) *keyboardBench {
	b := &keyboardBench{encoding: readertest.Encodings()[0], suffix: suffix}
	if err := b.Plug(); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *keyboardBench) Reader(sink checkpoint.Sink) *scanner.Reader {
	return &scanner.Reader{Name: "k", Sink: sink, Decode: scanner.Keys(b.suffix), Open: func() (io.ReadCloser, error) {
		f, err := b.open()
		if err != nil {
			return nil, err
		}
		return keyboard.New(f)
	}}
}

func (b *keyboardBench) Plug() error {
	end, far, err := os.Pipe()
	if err == nil {
		b.set(end, far)
		b.kernel = readertest.Kernel{}
	}
	return err
}

func (b *keyboardBench) press(presses []readertest.Press) error {
	_, err := b.far.Write(b.kernel.Events(presses))
	return err
}

func (b *keyboardBench) Send(code string) error {
	return b.press(b.encoding.Type(code, readertest.Enter))
}

func (b *keyboardBench) Half(code string) error {
	return b.press(b.encoding.Type(code[:30], readertest.None))
}

func (b *keyboardBench) Drip(code string) error {
	for _, p := range b.encoding.Type(code, readertest.Enter) {
		time.Sleep(readertest.Slowest / 10) // an Alt sequence has ten reports
		if err := b.press([]readertest.Press{p}); err != nil {
			return err
		}
	}
	return nil
}

// Garbage is presses of any keys, and after them none and Enter.
func (b *keyboardBench) Garbage(random *rand.Rand) error {
	var presses []readertest.Press
	for range random.IntN(300) {
		presses = append(presses, readertest.Press{0: byte(random.Uint32()), 2: byte(random.IntN(0x66)), 3: byte(random.IntN(0x66))})
	}
	presses = append(presses, readertest.Press{}, readertest.Press{2: 0x39}, readertest.Press{})
	if b.capsLocked(presses) {
		presses = append(presses, readertest.Press{2: 0x39}, readertest.Press{})
	}
	return b.press(append(presses, readertest.Press{2: 0x28}, readertest.Press{}))
}

// capsLocked tells whether presses end with caps lock on: a scanner that leaves
// it on would type its next code in the other case.
func (b *keyboardBench) capsLocked(presses []readertest.Press) (on bool) {
	kernel := b.kernel
	events := kernel.Events(presses)
	for ; len(events) > 0; events = events[24:] {
		if string(events[16:24]) == string(readertest.Event(1, 58, 1)[16:24]) {
			on = !on
		}
	}
	return on
}

func (b *keyboardBench) PauseEnds() bool { return b.suffix == scanner.AnyEnd }

// posBench reports over a socket that keeps the bounds of reports, as hidraw does.
type posBench struct{ plugged }

func newPOS(t *testing.T) readertest.Bench {
	b := &posBench{}
	if err := b.Plug(); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *posBench) Reader(sink checkpoint.Sink) *scanner.Reader {
	return &scanner.Reader{Name: "p", Sink: sink, Decode: scanner.Reports(), Open: func() (io.ReadCloser, error) {
		f, err := b.open()
		if err != nil {
			return nil, err
		}
		return hidraw.New(f, readertest.ScannerDescriptor())
	}}
}

func (b *posBench) Plug() error {
	ends, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		b.set(os.NewFile(uintptr(ends[0]), "hidraw"), os.NewFile(uintptr(ends[1]), "scanner"))
	}
	return err
}

func (b *posBench) Send(code string) error { return b.report(readertest.Reports(code), 0) }
func (b *posBench) Half(code string) error { return b.report(readertest.Reports(code)[:1], 0) }
func (b *posBench) Drip(code string) error {
	return b.report(readertest.Reports(code), 10*readertest.Slowest)
}
func (b *posBench) PauseEnds() bool { return false }

// Garbage is reports of any length and content, and an empty one that ends them.
func (b *posBench) Garbage(random *rand.Rand) error {
	for range random.IntN(100) {
		if _, err := b.far.Write(readertest.Noise(random, 70)); err != nil {
			return err
		}
	}
	return b.report(readertest.Reports(""), 0)
}

func (b *posBench) report(reports []readertest.Report, pause time.Duration) error {
	for _, r := range reports {
		time.Sleep(pause)
		if _, err := b.far.Write(r[:]); err != nil {
			return err
		}
	}
	return nil
}
