package scanner

import (
	"context"
	"errors"
	"io"
	"time"

	"checkpoint"
	"checkpoint/scanner/qr"
)

// Pictures is what a device must have beside Read to be a camera's. Read gives
// one byte for each picture that may be looked at; what came in between is gone.
type Pictures interface {
	// Frame is the brightness of the picture that Read announced: rows of
	// width pixels, stride bytes apart. It is good until the next Read.
	Frame() (pix []byte, width, height, stride int)
}

// Camera is what a reader has that looks at pictures: beside its scans it tells
// how well it sees, and shows what it sees to whoever asks.
type Camera struct {
	// Budget is how long a picture may take before what is left of it waits for
	// the next one (qr.Stream); 0 is the usual. It is set before reading begins.
	Budget time.Duration

	asks chan ask
}

// NewCamera makes one; [Reader.Camera] takes it.
func NewCamera() *Camera { return &Camera{asks: make(chan ask)} }

// decode makes the [Decode] of one connection.
func (c *Camera) decode(tell func(checkpoint.Sight)) Decode {
	return func(port io.Reader, emit func(checkpoint.Scan)) (Decoder, error) {
		pictures, ok := port.(Pictures)
		if !ok {
			return nil, errors.New("read camera: the device gives no pictures")
		}
		return &looker{camera: c, pictures: pictures, emit: emit, tell: tell, stream: qr.Stream{Budget: c.Budget}}, nil
	}
}

// looker reads the codes in one connection's pictures. Each picture's codes are
// offered anew, so that the lane knows how long they stay in view.
type looker struct {
	camera   *Camera
	pictures Pictures
	emit     func(checkpoint.Scan)
	tell     func(checkpoint.Sight)
	stream   qr.Stream
	sight    sight
	tooLong  time.Time // when a code that is too long was last in view
}

// longInView is how long a code that is too long is the same one: as for codes
// that can be read.
const longInView = 5 * time.Second

func (l *looker) Feed(_ []byte, at time.Time) {
	var m qr.Image
	m.Pix, m.Width, m.Height, m.Stride = l.pictures.Frame()
	codes := l.stream.Look(m)
	l.camera.show(m, l.stream.Seen().Module)
	seen := judge(l.stream.Seen())
	if len(codes) > 0 {
		seen = checkpoint.SightClear // whatever it looks like
	}
	if l.sight.look(seen, at) {
		l.tell(l.sight.told)
	}
	for _, c := range codes {
		l.offer(c.Payload, at)
	}
}

func (l *looker) Idle(time.Time) {}

func (l *looker) offer(payload []byte, at time.Time) {
	switch {
	case len(payload) == 0:
	case len(payload) <= checkpoint.MaxPayloadSize:
		l.emit(checkpoint.Scan{Payload: payload, At: at, Camera: true})
	default:
		if at.Sub(l.tooLong) > longInView {
			l.emit(checkpoint.Scan{Unreadable: true, At: at, Camera: true})
		}
		l.tooLong = at
	}
}

// Picture is what the camera sees now, as a JPEG of at most 640 pixels a side,
// and where to move the code in it. It waits for the next picture. Nothing is
// encoded, nor kept, unless somebody asks.
func (c *Camera) Picture(ctx context.Context) (jpeg []byte, d checkpoint.Distance, err error) {
	s, err := c.look(ctx, stillSide)
	if err != nil {
		return nil, "", err
	}
	jpeg, err = s.encode()
	return jpeg, s.distance, err
}

// Photo is what the camera sees now, as a JPEG to read a paper form from: of at
// most 2,048 pixels a side, less where that has more than 400 KiB.
func (c *Camera) Photo(ctx context.Context) (jpeg []byte, err error) {
	for side := photoSide; ; side /= 2 {
		s, err := c.look(ctx, side)
		if err != nil {
			return nil, err
		}
		if jpeg, err = s.encode(); err != nil || len(jpeg) <= photoBytes {
			return jpeg, err
		}
	}
}

// look waits for the next picture.
func (c *Camera) look(ctx context.Context, side int) (still, error) {
	a := ask{side, make(chan still, 1)}
	select {
	case c.asks <- a:
		return <-a.answer, nil
	case <-ctx.Done():
		return still{}, errors.New("the camera gives no picture")
	}
}
