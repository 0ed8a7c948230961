package extsort

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"checkpoint/store/scratch"
)

// runFile is sorted runs, one behind the other in one file: length, 2 bytes
// little endian, and record.
type runFile struct {
	dir     string
	file    *scratch.File
	extents []scratch.Extent
}

const (
	lengthSize  = 2
	writeBuffer = 256 << 10
)

func (r *runFile) write(b *batch) (err error) {
	if r.file == nil {
		if r.file, err = scratch.New(r.dir); err != nil {
			return fmt.Errorf("sort: %w", err)
		}
	}
	if err := r.file.Room(int64(b.bytes + lengthSize*len(b.items))); err != nil {
		return fmt.Errorf("sort: %w", err)
	}
	run := scratch.Extent{At: r.file.Size()}
	buf := make([]byte, 0, writeBuffer+lengthSize+MaxRecord)
	for _, i := range b.items {
		buf = binary.LittleEndian.AppendUint16(buf, i.size)
		buf = append(buf, b.record(i)...)
		if len(buf) >= writeBuffer {
			if _, err := r.file.Append(buf); err != nil {
				return fmt.Errorf("sort: %w", err)
			}
			buf = buf[:0]
		}
	}
	if _, err := r.file.Append(buf); err != nil {
		return fmt.Errorf("sort: %w", err)
	}
	run.Size = r.file.Size() - run.At
	r.extents = append(r.extents, run)
	return nil
}

func (r *runFile) close() error {
	if r.file == nil {
		return nil
	}
	err := r.file.Close()
	r.file, r.extents = nil, nil
	return err
}

// A run's read buffer is its part of half the memory, within these bounds. A
// budget of 32 MiB so has room for 500 runs, which is 8 GB of records; beyond
// that the buffers exceed it.
const (
	maxReadBuffer = 256 << 10
	minReadBuffer = MaxRecord + lengthSize
)

// merge yields the records of all runs in order.
func (r *runFile) merge(memory int, yield func([]byte, error) bool) {
	size := min(max(memory/2/len(r.extents), minReadBuffer), maxReadBuffer)
	var h heap
	for _, e := range r.extents {
		c := &cursor{file: r.file, left: e, buf: make([]byte, 0, size)}
		ok, err := c.next()
		if err != nil {
			yield(nil, err)
			return
		}
		if ok {
			h = append(h, head{c.prefix, c})
		}
	}
	for i := len(h)/2 - 1; i >= 0; i-- {
		h.down(i)
	}
	for len(h) > 0 {
		c := h[0].cursor
		if !yield(c.record, nil) {
			return
		}
		ok, err := c.next()
		if err != nil {
			yield(nil, err)
			return
		}
		h[0].prefix = c.prefix
		if !ok {
			h[0] = h[len(h)-1]
			h = h[:len(h)-1]
		}
		h.down(0)
	}
}

// cursor reads one run.
type cursor struct {
	record []byte
	prefix uint64
	file   *scratch.File
	left   scratch.Extent // still on disk
	buf    []byte
	at     int // in buf
}

// next moves to the next record; false: the run has ended.
func (c *cursor) next() (bool, error) {
	if c.left.Size == 0 && c.at == len(c.buf) {
		c.prefix, c.record = 0, nil
		return false, nil
	}
	if err := c.need(lengthSize); err != nil {
		return false, err
	}
	size := int(binary.LittleEndian.Uint16(c.buf[c.at:]))
	if err := c.need(lengthSize + size); err != nil {
		return false, err
	}
	c.record = c.buf[c.at+lengthSize : c.at+lengthSize+size]
	c.at += lengthSize + size
	c.prefix = prefix(c.record)
	return true, nil
}

// need makes n bytes stand in the buffer.
func (c *cursor) need(n int) error {
	if len(c.buf)-c.at >= n {
		return nil
	}
	kept := copy(c.buf[:cap(c.buf)], c.buf[c.at:])
	more := min(int64(cap(c.buf)-kept), c.left.Size)
	c.buf, c.at = c.buf[:kept+int(more)], 0
	if len(c.buf) < n {
		return fmt.Errorf("sort: read back a run: %w", io.ErrUnexpectedEOF)
	}
	if _, err := c.file.ReadAt(c.buf[kept:], c.left.At); err != nil {
		return fmt.Errorf("sort: read back a run: %w", err)
	}
	c.left.At += more
	c.left.Size -= more
	return nil
}

// heap has the run with the smallest record on top.
type heap []head

type head struct {
	prefix uint64
	cursor *cursor
}

func (h heap) less(i, j int) bool {
	if h[i].prefix != h[j].prefix {
		return h[i].prefix < h[j].prefix
	}
	return bytes.Compare(h[i].cursor.record, h[j].cursor.record) < 0
}

func (h heap) down(i int) {
	for {
		least := 2*i + 1
		if least >= len(h) {
			return
		}
		if right := least + 1; right < len(h) && h.less(right, least) {
			least = right
		}
		if !h.less(least, i) {
			return
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}
