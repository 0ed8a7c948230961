package scanner

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"checkpoint"
)

// A scanner that was unplugged is sought again after minWait, then twice
// as long each time up to maxWait: a replugged one is back before the guard
// has taken the next card, and a missing one costs nothing.
const (
	minWait = 100 * time.Millisecond
	maxWait = 2 * time.Second
)

// Opener opens the device anew, under the name that stays the same however
// often it is replugged. Read of what it returns gives (0, nil) when a short
// time-out (10 to 40 ms) passes without a byte, and an error once the device
// is gone.
type Opener func() (io.ReadCloser, error)

// Decoder makes codes of what one connection delivers. It does no input or
// output and knows no clock. What it still holds when the connection ends is
// gone with it. It is not safe for concurrent use.
type Decoder interface {
	// Feed takes what one Read gave and the moment it did.
	Feed(p []byte, at time.Time)
	// Idle says that until now nothing further has come.
	Idle(now time.Time)
}

// Decode makes the decoder for a device just opened; its codes go to emit, on
// the caller's goroutine, with Payload, At and Unreadable set. An error means
// that the device does not speak what it should.
type Decode func(port io.Reader, emit func(checkpoint.Scan)) (Decoder, error)

// Reader is one reading device. Its fields are set before Run and not changed
// after.
type Reader struct {
	Name   string // as configured
	Open   Opener
	Decode Decode  // Bytes, Keys or Reports
	Camera *Camera // instead of Decode: the device is [Pictures]
	Sink   checkpoint.Sink
	Log    *slog.Logger  // told of each outage and recovery once; nil: slog.Default
	Retry  time.Duration // the first wait before a lost device is sought again; 0: 100 ms

	fault atomic.Pointer[string] // why it is not connected
}

// Fault says why the device is not connected, and what to do; empty while it is,
// and before Run. It may be called at any time.
func (r *Reader) Fault() string {
	if why := r.fault.Load(); why != nil {
		return *why
	}
	return ""
}

// Run reads until ctx is done; it returns within one read time-out after that.
// It tells the sink once that the reader is there, or is not, and once at each
// change. The first read without an error, not the opening, makes a reader
// "there", and of a camera the first picture: a device node can outlive its
// device.
func (r *Reader) Run(ctx context.Context) {
	l := r.link()
	for {
		err := l.session(ctx)
		if ctx.Err() != nil {
			return
		}
		l.down(err)
		select {
		case <-ctx.Done():
			return
		case <-time.After(l.wait):
		}
		l.wait = min(2*l.wait, maxWait)
	}
}

// link is what Run knows of the device between two connections.
type link struct {
	*Reader
	log   *slog.Logger
	told  bool          // the sink was told of the state below
	there bool          // the device is connected
	first time.Duration // the wait after a connection that worked
	wait  time.Duration // the next one
}

func (r *Reader) link() *link {
	log := r.Log
	if log == nil {
		log = slog.Default()
	}
	first := r.Retry
	if first == 0 {
		first = minWait
	}
	return &link{Reader: r, log: log.With("reader", r.Name), first: first, wait: first}
}

// session opens the device and reads it until it fails or ctx is done.
func (l *link) session(ctx context.Context) error {
	port, err := l.Open()
	if err != nil {
		return err
	}
	// Closed only here, after the last Read: closing a descriptor under a
	// reader could make that Read take bytes of whoever gets its number next.
	defer port.Close()
	decode := l.Decode
	if l.Camera != nil {
		decode = l.Camera.decode(l.sight)
	}
	decoder, err := decode(port, l.deliver)
	if err != nil {
		return err
	}
	buf := make([]byte, checkpoint.MaxPayloadSize)
	for ctx.Err() == nil {
		before := time.Now()
		n, err := port.Read(buf)
		// A camera that is there sends, whether anybody shows it a code or not.
		if n > 0 || err == nil && l.Camera == nil {
			l.up()
		}
		if n > 0 {
			decoder.Feed(buf[:n], time.Now())
		} else if err == nil {
			// Nothing was waiting after `before`; this process may have been
			// held up since, with the bytes now there.
			decoder.Idle(before)
		}
		switch {
		case err != nil && l.Camera != nil:
			return err // it says what it is
		case err != nil:
			return fmt.Errorf("read scanner: %w", err)
		}
	}
	return nil
}

func (l *link) deliver(s checkpoint.Scan) {
	s.Reader = l.Name
	l.Sink.Scan(s)
}

func (l *link) sight(s checkpoint.Sight) {
	if sink, ok := l.Sink.(checkpoint.SightSink); ok {
		sink.Sight(l.Name, s)
	}
	if s != checkpoint.SightClear {
		l.log.Warn("camera sees nothing (N04)", "sight", s)
	} else {
		l.log.Info("camera sees again")
	}
}

func (l *link) up() {
	if l.told && l.there {
		return
	}
	l.told, l.there, l.wait = true, true, l.first
	l.fault.Store(nil)
	l.log.Info("reader connected")
	l.Sink.Reader(l.Name, true)
}

func (l *link) down(err error) {
	if why := err.Error(); l.Fault() != why {
		l.fault.Store(&why)
		l.log.Warn("reader not connected", "error", err)
	}
	if l.told && !l.there {
		return
	}
	l.told, l.there = true, false
	l.Sink.Reader(l.Name, false)
}
