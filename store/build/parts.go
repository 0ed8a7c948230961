package build

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"

	"checkpoint/store/scratch"
)

const (
	// partCount makes a part of ten million people with their doses about
	// 1 MB, and one of a hundred million 12 MB: small enough for every core to
	// hold one.
	partCount = 1024
	partShift = 64 - 10
	// chunkSize is what a part collects before it writes: 8 MB for all.
	chunkSize = 8 << 10
)

// parts files rows by a hash of their number: one file, of which each part
// knows its pieces. put may be called from several goroutines.
type parts struct {
	file *scratch.File
	list []part
}

type part struct {
	mu     sync.Mutex
	buf    []byte
	pieces []scratch.Extent
	size   int64 // of pieces
}

func newParts(dir string) (*parts, error) {
	f, err := scratch.New(dir)
	if err != nil {
		return nil, fmt.Errorf("file rows: %w", err)
	}
	return &parts{file: f, list: make([]part, partCount)}, nil
}

func (p *parts) close() error { return p.file.Close() }

// hash is FNV-1a of 64 bits, with its bits stirred once more: the part is
// taken from the top, where it leaves short numbers much alike.
func hash(number []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range number {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return (h ^ h>>32) * 0x9e3779b97f4a7c15
}

// put files the encoder's row.
func (p *parts) put(e *encoder) error {
	part := &p.list[hash(e.number)>>partShift]
	part.mu.Lock()
	defer part.mu.Unlock()
	part.buf = binary.AppendUvarint(part.buf, uint64(len(e.row)))
	part.buf = append(part.buf, e.row...)
	if len(part.buf) < chunkSize {
		return nil
	}
	return p.write(part)
}

func (p *parts) write(part *part) error {
	if p.file.Size()>>roomShift != (p.file.Size()+int64(len(part.buf)))>>roomShift {
		if err := p.file.Room(1 << roomShift); err != nil {
			return fmt.Errorf("file rows: %w", err)
		}
	}
	piece, err := p.file.Append(part.buf)
	if err != nil {
		return fmt.Errorf("file rows: %w", err)
	}
	part.pieces = append(part.pieces, piece)
	part.size += piece.Size
	part.buf = part.buf[:0]
	return nil
}

// roomShift: free room on disk is asked for each 16 MB.
const roomShift = 24

// flush writes what is still collected, and gives the buffers back.
func (p *parts) flush() error {
	for i := range p.list {
		part := &p.list[i]
		if len(part.buf) > 0 {
			if err := p.write(part); err != nil {
				return err
			}
		}
		part.buf = nil
	}
	return nil
}

// appendPart reads a part behind what b holds.
func (p *parts) appendPart(b []byte, i int) ([]byte, error) {
	part := &p.list[i]
	b = slices.Grow(b, int(part.size))
	for _, piece := range part.pieces {
		at := len(b)
		b = b[:at+int(piece.Size)]
		if _, err := p.file.ReadAt(b[at:], piece.At); err != nil {
			return nil, fmt.Errorf("read filed rows: %w", err)
		}
	}
	return b, nil
}

// eachRow calls do with the rows of the part's bytes as they lie.
func eachRow(data []byte, do func(r row) error) error {
	for len(data) > 0 {
		r, rest, err := cutRow(data)
		if err != nil {
			return err
		}
		if err := do(r); err != nil {
			return err
		}
		data = rest
	}
	return nil
}

// grouped calls do with the rows of each number in the part's bytes. Within a
// number, rows are ordered by type.
func grouped(data []byte, do func(group []row) error) error {
	rows, err := indexRows(data)
	if err != nil {
		return err
	}
	var group []row
	for i := 0; i < len(rows); {
		group = group[:0]
		first := rows[i].row(data)
		for ; i < len(rows); i++ {
			r := rows[i].row(data)
			if !bytes.Equal(r.number, first.number) {
				break
			}
			group = append(group, r)
		}
		if err := do(group); err != nil {
			return err
		}
	}
	return nil
}

// place leads to a row; the hash nearly always tells two numbers apart.
type place struct {
	hash uint64
	at   uint32
}

// row at a place that indexRows found good.
func (p place) row(data []byte) row {
	r, _, _ := cutRow(data[p.at:])
	return r
}

var errPartSize = errors.New("file rows: more people than this version can build")

func indexRows(data []byte) ([]place, error) {
	if uint64(len(data)) > 1<<32-1 {
		return nil, errPartSize
	}
	list := make([]place, 0, len(data)/32)
	for rest := data; len(rest) > 0; {
		at := len(data) - len(rest)
		r, after, err := cutRow(rest)
		if err != nil {
			return nil, err
		}
		list = append(list, place{hash(r.number), uint32(at)})
		rest = after
	}
	slices.SortFunc(list, func(a, b place) int {
		if a.hash != b.hash {
			return cmp.Compare(a.hash, b.hash)
		}
		x, y := a.row(data), b.row(data)
		return cmp.Or(bytes.Compare(x.number, y.number), cmp.Compare(x.kind, y.kind), cmp.Compare(a.at, b.at))
	})
	return list, nil
}
