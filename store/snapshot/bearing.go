package snapshot

import (
	"encoding/binary"

	"checkpoint"
)

// Bearing is a record cut down to what can bear on a verdict for whoever shows
// the very card that the data knows. Few people of a province differ in it.
type Bearing [recordSize]byte

// nameAt and issuedAt are where the digests of name and sex begin and end.
const nameAt, issuedAt = 1, 9

// Bearing leaves out of a person's record what agrees anyway (name, sex), what
// no rule can ask (products, the numbers of doses), and of the issue day all
// but how it lies to the day of a report.
func (s *Standing) Bearing() Bearing {
	b := Bearing(s.Record)
	clear(b[nameAt:issuedAt])
	for at := 15; at < 31; at += 4 {
		b[at+2] = 0
		b[at+3] &= 15
	}
	issued, since := binary.BigEndian.Uint16(b[issuedAt:]), binary.BigEndian.Uint16(b[12:])
	switch {
	case issued == 0 || since == 1 || since == 0xffff:
	case since == 0:
		issued = 1
	case issued < since:
		issued = since - 1
	case issued > since:
		issued = since + 1
	}
	binary.BigEndian.PutUint16(b[issuedAt:], issued)
	return b
}

// Facts are what is left of the person. ErrDamaged: the record says nothing
// known.
func (b Bearing) Facts() (checkpoint.Person, error) { return decodeFacts(b[:]) }
