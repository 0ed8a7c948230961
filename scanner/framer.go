package scanner

import (
	"bytes"
	"time"

	"checkpoint"
)

const (
	// SilenceEnd without a byte ends a code under [Silence] and [AnyEnd]. A
	// scanner sends a code in one run: 80 ms is 76 characters' time at 9,600
	// baud and far above the millisecond gaps of USB, yet too short to be felt.
	SilenceEnd = 80 * time.Millisecond

	// BrokenAfter without a byte, in the middle of a code that a terminator
	// should end, means that the rest will not come. It is longer than any
	// pause a scanner makes inside a code (a few milliseconds; 480 characters'
	// time at 9,600 baud), and shorter than it takes to hold up the next card,
	// so that what is left of one code can never become the start of another.
	BrokenAfter = 500 * time.Millisecond
)

// Framer cuts a stream of bytes into codes. It does no input or output and
// knows no clock: the caller says when bytes came and when there were none.
// Use a new Framer for each connection; what an old one still held is then
// gone with it. It is not safe for concurrent use.
//
// NUL bytes (a line break, or padding) and frames with nothing but white space
// are ignored.
type Framer struct {
	suffix Suffix
	emit   func(checkpoint.Scan)
	buf    []byte    // the code so far; never more than MaxPayloadSize
	skip   bool      // the code was too long and is reported: drop what is left of it
	last   time.Time // when the last byte came
}

// NewFramer returns a Framer that hands each code to emit, on the caller's
// goroutine, with Payload, At and Unreadable set. The payload is emit's to keep.
func NewFramer(s Suffix, emit func(checkpoint.Scan)) *Framer {
	return &Framer{suffix: s, emit: emit, buf: make([]byte, 0, checkpoint.MaxPayloadSize)}
}

// Feed takes bytes that were read and the moment they were.
func (f *Framer) Feed(p []byte, at time.Time) {
	if len(bytes.Trim(p, "\x00")) == 0 {
		f.Idle(at) // a line held in break is as silent as one without a byte
		return
	}
	f.last = at
	for _, b := range p {
		f.put(b)
	}
}

func (f *Framer) put(b byte) {
	switch {
	case b == 0:
	case f.suffix.Ends(b):
		f.end()
	case f.skip:
	case len(f.buf) == checkpoint.MaxPayloadSize:
		f.lose()
		f.skip = true
	default:
		f.buf = append(f.buf, b)
	}
}

// Idle says that until now no further byte has come. Silence is only what Idle
// proves: a late call of Feed means that the caller was slow, not the scanner.
func (f *Framer) Idle(now time.Time) {
	quiet := now.Sub(f.last)
	switch {
	case f.suffix.silent() && quiet >= SilenceEnd:
		f.end()
	case quiet >= BrokenAfter:
		f.lose()
	}
}

// end closes the present frame and delivers it if it holds a code.
func (f *Framer) end() {
	if !f.skip && !blank(f.buf) {
		f.emit(checkpoint.Scan{Payload: bytes.Clone(f.buf), At: f.last})
	}
	f.reset()
}

// lose gives the present frame up and says so, unless that was said before.
func (f *Framer) lose() {
	if !f.skip && !blank(f.buf) {
		f.emit(checkpoint.Scan{Unreadable: true, At: f.last})
	}
	f.reset()
}

// drop says that parts of the present code never came, and drops what still
// comes of it. Nothing may be there of it yet.
func (f *Framer) drop(at time.Time) {
	if !f.skip {
		f.emit(checkpoint.Scan{Unreadable: true, At: at})
	}
	f.reset()
	f.skip, f.last = true, at
}

func (f *Framer) reset() {
	f.buf, f.skip = f.buf[:0], false
}

// blank tells whether a frame holds no code: what a scanner sends beside its
// suffix (CR LF after a TAB, a TAB before a CR) is not a lost code.
func blank(p []byte) bool { return len(bytes.TrimSpace(p)) == 0 }
