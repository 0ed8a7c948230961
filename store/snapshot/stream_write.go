package snapshot

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// WriteStream writes the layer as a stream, proving each block on the way: a
// damaged layer gives an error, never a stream of it.
func (l *Layer) WriteStream(w io.Writer) error {
	s, err := layoutOf(l.ref)
	if err != nil {
		return fmt.Errorf("write layer stream: %w", err)
	}
	out := bufio.NewWriterSize(w, 1<<16)
	out.Write(s.prefix) // an error comes back from Flush
	out.Write(l.groups)
	for group := range s.groups() {
		if err := l.streamGroup(out, group); err != nil {
			return fmt.Errorf("write layer stream: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write layer stream: %w", err)
	}
	return nil
}

func (l *Layer) streamGroup(out *bufio.Writer, group uint32) error {
	return l.view(func(r *reader) error {
		slots, err := l.group(r, group)
		if err != nil {
			return err
		}
		out.Write(slots)
		frame := make([]byte, streamBlockSize)
		for slot := range uint32(len(slots) / slotSize) {
			b, err := r.block(group*groupSlots+slot, slots)
			if err != nil {
				return err
			}
			clear(frame)
			binary.BigEndian.PutUint16(frame, uint16(len(b)))
			copy(frame[2:], b)
			out.Write(frame)
		}
		return nil
	})
}
