package check

import (
	"encoding/binary"
	"io"
)

// streamLength is how many sightings of a run are read at once.
const streamLength = 4096

// stream is a sorted run being read: rest is what is read already, src what is
// to come.
type stream struct {
	rest []sighting
	src  io.Reader // nil when all of it is in rest
	buf  []byte
	room []sighting
}

// more refills an empty rest. It is false at the end.
func (s *stream) more() (bool, error) {
	if len(s.rest) > 0 || s.src == nil {
		return len(s.rest) > 0, nil
	}
	if s.buf == nil {
		s.buf, s.room = make([]byte, streamLength*sightingSize), make([]sighting, 0, streamLength)
	}
	n, err := io.ReadFull(s.src, s.buf)
	if err == io.EOF {
		return false, nil
	}
	if err == io.ErrUnexpectedEOF && n%sightingSize == 0 {
		err = nil
	}
	s.rest = s.room
	for at := 0; at+sightingSize <= n; at += sightingSize {
		s.rest = append(s.rest, sighting{binary.LittleEndian.Uint64(s.buf[at:]), binary.LittleEndian.Uint64(s.buf[at+8:])})
	}
	return true, err
}

// merge is a heap of streams that are not at their end, the least head first.
// container/heap would cost twice the time: a province has forty million
// sightings.
type merge []*stream

// each calls use with everything in order until it says false.
func (m merge) each(use func(sighting) bool) error {
	live := m[:0]
	for _, s := range m {
		ok, err := s.more()
		if err != nil {
			return err
		}
		if ok {
			live = append(live, s)
		}
	}
	m = live
	for i := len(m)/2 - 1; i >= 0; i-- {
		m.sink(i)
	}
	for len(m) > 0 {
		first := m[0]
		if !use(first.rest[0]) {
			return nil
		}
		first.rest = first.rest[1:]
		ok, err := first.more()
		if err != nil {
			return err
		}
		if !ok {
			m[0] = m[len(m)-1]
			m = m[:len(m)-1]
		}
		m.sink(0)
	}
	return nil
}

// sink puts the stream at i below those with lesser heads.
func (m merge) sink(i int) {
	for {
		least := 2*i + 1
		if least >= len(m) {
			return
		}
		if right := least + 1; right < len(m) && order(m[right].rest[0], m[least].rest[0]) < 0 {
			least = right
		}
		if order(m[i].rest[0], m[least].rest[0]) <= 0 {
			return
		}
		m[i], m[least] = m[least], m[i]
		i = least
	}
}
