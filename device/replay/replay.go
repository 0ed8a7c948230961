package replay

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// ReadTimeout is how long Read waits when there is nothing to play.
const ReadTimeout = 20 * time.Millisecond

// Player plays one file.
type Player struct {
	file *os.File
	path string
	end  func(byte) bool
	pace time.Duration
	next time.Time // nothing is played before
	read int64     // bytes read of the file
	rest []byte    // read and not played
	buf  [4096]byte
}

// Open begins to play a file from its start. A code ends behind a byte for which
// end is true; the next one starts pace later. What is no file is an error: a
// pipe waits for whoever writes to it, and a device may never end.
func Open(path string, end func(byte) bool, pace time.Duration) (*Player, error) {
	// Not blocking: opening a pipe would wait before anything can be asked of it.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("play %s: it is no file: name one with codes in it", path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &Player{file: f, path: path, end: end, pace: pace}, nil
}

// Read gives bytes of one code at most, (0, nil) after [ReadTimeout] with none,
// and ENODEV once the path is no longer this file, or it was cut short.
func (p *Player) Read(b []byte) (int, error) {
	if wait := time.Until(p.next); wait > 0 {
		time.Sleep(min(wait, ReadTimeout))
		return 0, nil
	}
	if len(p.rest) == 0 {
		n, err := p.file.Read(p.buf[:])
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		p.read += int64(n)
		p.rest = p.buf[:n]
	}
	if len(p.rest) == 0 {
		return 0, p.wait()
	}
	n := 0
	for n < len(b) && n < len(p.rest) {
		b[n] = p.rest[n]
		if n++; p.end(b[n-1]) {
			p.next = time.Now().Add(p.pace)
			break
		}
	}
	p.rest = p.rest[n:]
	return n, nil
}

// wait sleeps while nothing is there to be played, and notices the unplugging.
func (p *Player) wait() error {
	mine, err := p.file.Stat()
	if err != nil {
		return err
	}
	there, err := os.Stat(p.path)
	if err != nil || !os.SameFile(mine, there) || mine.Size() < p.read {
		return syscall.ENODEV
	}
	time.Sleep(ReadTimeout)
	return nil
}

// Close ends the play.
func (p *Player) Close() error { return p.file.Close() }
