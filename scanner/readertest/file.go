package readertest

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"checkpoint"
	"checkpoint/scanner"
)

// Slowest is the pause between two bytes of the slowest scanner.
const Slowest = 20 * time.Millisecond

// Drip writes a code as slowly as a scanner ever does.
func Drip(code string, write func([]byte) error) error {
	for i := range len(code) {
		time.Sleep(Slowest)
		if err := write([]byte{code[i]}); err != nil {
			return err
		}
	}
	return nil
}

// Noise is 1 to most bytes of all kinds but ends.
func Noise(random *rand.Rand, most int) []byte {
	b := make([]byte, 1+random.IntN(most))
	for i := range b {
		for b[i] = '\r'; b[i] == '\r' || b[i] == '\n' || b[i] == '\t'; b[i] = byte(random.Uint32()) {
		}
	}
	return b
}

// File is the bench of a reader that plays a file: codes are appended to it. It
// stands behind a link, and each plug is another file.
type File struct {
	dir  string
	open func(path string) (io.ReadCloser, error)
	file *os.File
	n    int
}

// NewFile makes its files in dir; open is what the reader opens.
func NewFile(dir string, open func(path string) (io.ReadCloser, error)) (*File, error) {
	f := &File{dir: dir, open: open}
	return f, f.Plug()
}

func (f *File) link() string { return filepath.Join(f.dir, "codes") }

// Reader implements [Bench].
func (f *File) Reader(sink checkpoint.Sink) *scanner.Reader {
	return &scanner.Reader{Name: "r", Sink: sink, Decode: scanner.Bytes(scanner.CR), Open: func() (io.ReadCloser, error) {
		return f.open(f.link())
	}}
}

// Plug implements [Bench].
func (f *File) Plug() (err error) {
	f.n++
	name := filepath.Join(f.dir, fmt.Sprint(f.n))
	if f.file, err = os.Create(name); err != nil {
		return err
	}
	return os.Symlink(name, f.link())
}

// Unplug implements [Bench].
func (f *File) Unplug() error {
	if err := os.Remove(f.link()); err != nil {
		return err
	}
	return f.file.Close()
}

// Send implements [Bench].
func (f *File) Send(code string) error { return f.write([]byte(code + "\r")) }

// Half implements [Bench].
func (f *File) Half(code string) error { return f.write([]byte(code[:len(code)/2])) }

// PauseEnds implements [Bench].
func (f *File) PauseEnds() bool { return false }

// Close implements [Bench].
func (f *File) Close() error { return f.file.Close() }

// Drip implements [Bench].
func (f *File) Drip(code string) error { return Drip(code+"\r", f.write) }

// Garbage implements [Bench].
func (f *File) Garbage(random *rand.Rand) error { return f.write(append(Noise(random, 6000), '\r')) }

func (f *File) write(p []byte) error {
	_, err := f.file.Write(p)
	return err
}
