package extsort

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// chunkSize is the unit in which a batch takes memory.
const chunkSize = 1 << 20

// itemSize is what the index of one record costs, in bytes.
const itemSize = 16

// batch is records in memory. They lie in chunks, and only the index is
// sorted.
type batch struct {
	chunks [][]byte
	used   int // chunks in use
	items  []item
	bytes  int
	err    error // why its last contents could not be written
}

// item leads to a record. prefix is its first eight bytes, which nearly always
// decide.
type item struct {
	prefix uint64
	chunk  uint16
	size   uint16
	at     uint32
}

func (b *batch) size() int { return b.bytes + itemSize*len(b.items) }

func (b *batch) add(record []byte) {
	if b.used == 0 || len(b.chunks[b.used-1])+len(record) > chunkSize {
		b.grow()
	}
	c := &b.chunks[b.used-1]
	b.items = append(b.items, item{prefix: prefix(record), chunk: uint16(b.used - 1), size: uint16(len(record)), at: uint32(len(*c))})
	*c = append(*c, record...)
	b.bytes += len(record)
}

func (b *batch) grow() {
	if b.used == len(b.chunks) {
		b.chunks = append(b.chunks, make([]byte, 0, chunkSize))
	}
	b.chunks[b.used] = b.chunks[b.used][:0]
	b.used++
}

func (b *batch) reset() { b.used, b.bytes, b.items = 0, 0, b.items[:0] }

func (b *batch) record(i item) []byte { return b.chunks[i.chunk][i.at : i.at+uint32(i.size)] }

func (b *batch) sort() {
	slices.SortFunc(b.items, func(x, y item) int {
		if x.prefix != y.prefix {
			return cmp.Compare(x.prefix, y.prefix)
		}
		return bytes.Compare(b.record(x), b.record(y))
	})
}

func (b *batch) each(yield func([]byte, error) bool) {
	for _, i := range b.items {
		if !yield(b.record(i), nil) {
			return
		}
	}
}

// prefix orders as the record does, as far as eight bytes tell.
func prefix(record []byte) uint64 {
	if len(record) >= 8 {
		return binary.BigEndian.Uint64(record)
	}
	var b [8]byte
	copy(b[:], record)
	return binary.BigEndian.Uint64(b[:])
}
