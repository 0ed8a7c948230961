package scanner

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"checkpoint"
	"checkpoint/scanner/hidpos"
)

// Descriptor is what the device that [Reports] reads must have beside Read: its
// HID report descriptor.
type Descriptor interface{ Descriptor() []byte }

// Reports reads a scanner in HID-POS mode. Each Read of the device gives one
// report; a code may need several. A code longer than
// [checkpoint.MaxPayloadSize], or whose next report does not come within
// [BrokenAfter], is unreadable.
func Reports() Decode {
	return func(port io.Reader, emit func(checkpoint.Scan)) (Decoder, error) {
		d, ok := port.(Descriptor)
		if !ok {
			return nil, errors.New("read scanner: the device has no report descriptor")
		}
		layout, err := hidpos.Parse(d.Descriptor())
		if err != nil {
			return nil, fmt.Errorf("read scanner: %w", err)
		}
		return &joiner{layout: layout, whole: NewFramer(Silence, func(s checkpoint.Scan) {
			s.Payload = bytes.TrimRight(s.Payload, ends)
			emit(s)
		})}, nil
	}
}

// ends are what scanners that are set to send a suffix send here, too, as part
// of the code.
const ends = "\r\n\t"

// joiner makes codes of reports. Its framer never looks for an end: the
// reports tell it.
type joiner struct {
	layout *hidpos.Layout
	whole  *Framer
}

func (j *joiner) Feed(report []byte, at time.Time) {
	part, ok := j.layout.Read(report)
	if !ok {
		j.Idle(at)
		return
	}
	j.whole.last = at
	for _, b := range part.Data {
		j.whole.put(b)
	}
	if !part.More {
		j.whole.end()
	}
}

func (j *joiner) Idle(now time.Time) {
	if now.Sub(j.whole.last) >= BrokenAfter {
		j.whole.lose()
	}
}
