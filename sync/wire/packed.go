package wire

import (
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"checkpoint/store/journal"
)

// Records travel packed, for sealed bytes do not compress: one after the other
//
//	uvarint  sequences left out since the record before (since 0)
//	varint   milliseconds since the record before (since 1970)
//	uvarint  index into the batch's lane names, times two, plus one if the clock was trusted
//	uvarint  length of the sealed body, then the body
//
// with the variable-length numbers of encoding/binary. Of consecutive records of
// a lane that is about six bytes each. The names stand in the order of their
// first use, so that there is one packing only.

var errPacked = errors.New("packed records malformed")

func pack(records []journal.Sealed) (packed []byte, lanes []string) {
	size := 0
	for _, r := range records {
		size += len(r.Body) + 32
	}
	packed = make([]byte, 0, size)
	var seq uint64
	var millis int64
	for _, r := range records {
		lane := slices.Index(lanes, r.Lane)
		if lane < 0 {
			lane, lanes = len(lanes), append(lanes, r.Lane)
		}
		flags := uint64(lane) << 1
		if r.Trusted {
			flags |= 1
		}
		packed = binary.AppendUvarint(packed, r.Seq-seq-1)
		packed = binary.AppendVarint(packed, r.Time.UnixMilli()-millis)
		packed = binary.AppendUvarint(packed, flags)
		packed = binary.AppendUvarint(packed, uint64(len(r.Body)))
		packed = append(packed, r.Body...)
		seq, millis = r.Seq, r.Time.UnixMilli()
	}
	return packed, lanes
}

// unpack reads what pack wrote. Bodies are slices of the input. Whether there is
// another packing of the same the caller finds out by packing again.
func unpack(packed []byte, lanes []string) (records []journal.Sealed, err error) {
	var seq uint64
	var millis int64
	for p := (unpacker{rest: packed}); len(p.rest) > 0; {
		seq += p.uvarint() + 1
		millis += p.varint()
		flags := p.uvarint()
		body := p.bytes(p.uvarint())
		if p.bad || flags>>1 >= uint64(len(lanes)) || len(records) == MaxRecords {
			return nil, errPacked
		}
		records = append(records, journal.Sealed{
			Seq: seq, Time: time.UnixMilli(millis).UTC(), Trusted: flags&1 == 1, Lane: lanes[flags>>1], Body: body,
		})
	}
	return records, nil
}

type unpacker struct {
	rest []byte
	bad  bool
}

func (p *unpacker) uvarint() uint64 {
	n, size := binary.Uvarint(p.rest)
	p.skip(size)
	return n
}

func (p *unpacker) varint() int64 {
	n, size := binary.Varint(p.rest)
	p.skip(size)
	return n
}

func (p *unpacker) skip(size int) {
	if size <= 0 {
		p.bad, p.rest = true, nil
		return
	}
	p.rest = p.rest[size:]
}

func (p *unpacker) bytes(n uint64) []byte {
	if n > uint64(len(p.rest)) {
		p.bad, p.rest = true, nil
		return nil
	}
	b := p.rest[:n:n]
	p.rest = p.rest[n:]
	return b
}
