package hil

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/device/hidraw"
	"checkpoint/device/keyboard"
	"checkpoint/device/lab/virtual"
	"checkpoint/device/node"
	"checkpoint/device/replay"
	"checkpoint/device/serial"
	"checkpoint/scanner"
	"checkpoint/scanner/hidpos"
	"checkpoint/scanner/readertest"
)

// The benches of readertest on devices of the real kernel.

// numbered gives each virtual device a number of its own.
var numbered atomic.Int32

const vendor = 0x1d6b

// serialBench is a USB scanner in serial mode behind a link, as udev keeps it.
type serialBench struct {
	*virtual.SerialScanner
	link string
}

func newSerialBench(t *testing.T) *serialBench {
	t.Helper()
	s, err := virtual.NewSerialScanner(fmt.Sprint("serial", numbered.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	b := &serialBench{s, filepath.Join(t.TempDir(), "scanner")}
	if err := os.Symlink(s.Device(), b.link); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *serialBench) Reader(sink checkpoint.Sink) *scanner.Reader {
	return &scanner.Reader{Name: "s", Sink: sink, Decode: scanner.Bytes(scanner.CR), Open: func() (io.ReadCloser, error) {
		return serial.Open(serial.Config{Path: b.link})
	}}
}

func (b *serialBench) Unplug() error {
	return errors.Join(os.Remove(b.link), b.SerialScanner.Unplug())
}

func (b *serialBench) Plug() error {
	if err := b.SerialScanner.Plug(); err != nil {
		return err
	}
	return os.Symlink(b.Device(), b.link)
}

func (b *serialBench) Send(code string) error { return b.SerialScanner.Send(code + "\r") }
func (b *serialBench) Half(code string) error { return b.SerialScanner.Send(code[:len(code)/2]) }
func (b *serialBench) PauseEnds() bool        { return false }
func (b *serialBench) Close() error           { return b.Remove() }

func (b *serialBench) Drip(code string) error {
	return readertest.Drip(code+"\r", func(p []byte) error { return b.SerialScanner.Send(string(p)) })
}

func (b *serialBench) Garbage(random *rand.Rand) error {
	noise := make([]byte, random.IntN(3000))
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	return b.SerialScanner.Send(string(noise) + "\r")
}

// newReplayBench plays a file.
func newReplayBench(t *testing.T) readertest.Bench {
	b, err := readertest.NewFile(t.TempDir(), func(path string) (io.ReadCloser, error) {
		return replay.Open(path, scanner.CR.Ends, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// hidBench is a HID scanner. It sends its next report when the reader has taken
// the one before: the kernel keeps few, and how fast an emulated machine takes
// them is not what is tested here.
type hidBench struct {
	*virtual.HID
	product uint16
	opens   atomic.Int64 // devices that the reader has open
	reads   atomic.Int64 // that brought something
}

func newHID(t *testing.T, name string, descriptor []byte) *hidBench {
	b := &hidBench{product: uint16(numbered.Add(1))}
	var err error
	if b.HID, err = virtual.NewHID(name, vendor, b.product, descriptor); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *hidBench) config() node.Config {
	return node.Config{USB: fmt.Sprintf("%04x:%04x", vendor, b.product)}
}

// counted is a device whose reads are counted.
type counted struct {
	io.ReadCloser
	bench *hidBench
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	if n > 0 {
		c.bench.reads.Add(1)
	}
	return n, err
}

func (c *counted) Close() error {
	c.bench.opens.Add(-1)
	return c.ReadCloser.Close()
}

func (b *hidBench) count(device io.ReadCloser) *counted {
	b.opens.Add(1)
	return &counted{device, b}
}

// report sends a report to a reader that listens. One that changes nothing
// brings nothing to read.
func (b *hidBench) report(report []byte, changes bool) error {
	for end := time.Now().Add(patience); b.opens.Load() == 0; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return errors.New("nobody reads the scanner")
		}
	}
	before := b.reads.Load()
	if err := b.Report(report); err != nil {
		return err
	}
	for end := time.Now().Add(time.Second); changes && b.reads.Load() == before && time.Now().Before(end); {
		time.Sleep(50 * time.Microsecond)
	}
	return nil
}

func (b *hidBench) Close() error { return b.Unplug() }

// keyboardBench types with an encoding and ends codes with Enter: on a machine
// that is held up a pause of 80 ms tells nothing.
type keyboardBench struct {
	*hidBench
	encoding readertest.Encoding
	kernel   readertest.Kernel // which presses change something
}

func newKeyboardBench(t *testing.T) *keyboardBench {
	return &keyboardBench{newHID(t, "lab keyboard", readertest.KeyboardDescriptor()), readertest.Encodings()[0], readertest.Kernel{}}
}

func (b *keyboardBench) Reader(sink checkpoint.Sink) *scanner.Reader {
	return &scanner.Reader{Name: "k", Sink: sink, Decode: scanner.Keys(scanner.CR), Open: func() (io.ReadCloser, error) {
		f, err := keyboard.Open(b.config())
		if err != nil {
			return nil, err
		}
		return b.count(f), nil
	}}
}

func (b *keyboardBench) press(presses []readertest.Press, pause time.Duration) error {
	for _, p := range presses {
		time.Sleep(pause)
		if err := b.report(p[:], len(b.kernel.Events([]readertest.Press{p})) > 0); err != nil {
			return err
		}
	}
	return nil
}

func (b *keyboardBench) Plug() error {
	b.kernel = readertest.Kernel{}
	return b.HID.Plug()
}

func (b *keyboardBench) Send(code string) error {
	return b.press(b.encoding.Type(code, readertest.Enter), 0)
}

func (b *keyboardBench) Half(code string) error {
	return b.press(b.encoding.Type(code[:30], readertest.None), 0)
}

func (b *keyboardBench) Drip(code string) error {
	return b.press(b.encoding.Type(code, readertest.Enter), 2*time.Millisecond)
}

// Garbage is presses of any keys but caps lock, whose state a scanner knows.
func (b *keyboardBench) Garbage(random *rand.Rand) error {
	usage := func() byte {
		const first, capsLock, last = 0x04, 0x39, 0x65
		if u := byte(first + random.IntN(last-first)); u != capsLock {
			return u
		}
		return 0
	}
	var presses []readertest.Press
	for range random.IntN(100) {
		presses = append(presses, readertest.Press{0: byte(random.Uint32()), 2: usage(), 3: usage()})
	}
	return b.press(append(presses, readertest.Press{}, readertest.Press{2: 0x28}, readertest.Press{}), 0)
}

func (b *keyboardBench) PauseEnds() bool { return false }

// posBench is a scanner in HID-POS mode.
type posBench struct{ *hidBench }

func newPOSBench(t *testing.T) readertest.Bench {
	return &posBench{newHID(t, "lab scanner", readertest.ScannerDescriptor())}
}

func (b *posBench) Reader(sink checkpoint.Sink) *scanner.Reader {
	return &scanner.Reader{Name: "p", Sink: sink, Decode: scanner.Reports(), Open: func() (io.ReadCloser, error) {
		d, err := hidraw.Open(b.config(), hidpos.IsScanner)
		if err != nil {
			return nil, err
		}
		return &described{b.count(d), d}, nil
	}}
}

// described keeps the descriptor of a device that is counted.
type described struct {
	*counted
	device scanner.Descriptor
}

func (d *described) Descriptor() []byte { return d.device.Descriptor() }

func (b *posBench) send(reports []readertest.Report, pause time.Duration) error {
	for _, r := range reports {
		time.Sleep(pause)
		if err := b.report(r[:], true); err != nil {
			return err
		}
	}
	return nil
}

func (b *posBench) Send(code string) error { return b.send(readertest.Reports(code), 0) }
func (b *posBench) Half(code string) error { return b.send(readertest.Reports(code)[:1], 0) }
func (b *posBench) Drip(code string) error {
	return b.send(readertest.Reports(code), 200*time.Millisecond)
}
func (b *posBench) PauseEnds() bool { return false }

// Garbage is reports of any length and content, and an empty one that ends them.
func (b *posBench) Garbage(random *rand.Rand) error {
	for range random.IntN(20) {
		noise := make([]byte, 1+random.IntN(70))
		for i := range noise {
			noise[i] = byte(random.Uint32())
		}
		if err := b.report(noise, false); err != nil { // the kernel passes few of them on
			return err
		}
	}
	return b.send(readertest.Reports(""), 0)
}
