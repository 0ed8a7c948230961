package build

import (
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"
	"sync"

	"checkpoint/store/scratch"
)

const (
	// partSize is about how many bytes of the files may go into a part: few
	// enough for every core to hold one.
	partSize = 4 << 20
	minParts = 1 << 10
	maxParts = 1 << 13 // enough for 200 million people with their doses
	// partsBuffer is what all parts together collect before they write, in bytes.
	partsBuffer = 8 << 20
)

// partsFor is how many parts files of so many bytes are filed in.
func partsFor(files int64) int {
	n := minParts
	for n < maxParts && int64(n)*partSize < files {
		n *= 2
	}
	return n
}

// parts files rows by a hash of their number: one file of chunks of one size, of
// which each part knows its own. put may be called from several goroutines.
type parts struct {
	file  *scratch.File
	list  []part
	chunk int // bytes
}

type part struct {
	mu     sync.Mutex
	buf    []byte
	chunks []uint32       // full ones, by their number in the file
	tail   scratch.Extent // what flush wrote behind them
}

func newParts(dir string, count int) (*parts, error) {
	f, err := scratch.New(dir)
	if err != nil {
		return nil, fmt.Errorf("file rows: %w", err)
	}
	return &parts{file: f, list: make([]part, count), chunk: partsBuffer / count}, nil
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

// of is the part of a number.
func (p *parts) of(number []byte) *part {
	i, _ := bits.Mul64(hash(number), uint64(len(p.list)))
	return &p.list[i]
}

// put files the encoder's row, which may go on in the part's next chunk.
func (p *parts) put(e *encoder) error {
	part := p.of(e.number)
	part.mu.Lock()
	defer part.mu.Unlock()
	part.buf = binary.AppendUvarint(part.buf, uint64(len(e.row)))
	part.buf = append(part.buf, e.row...)
	for len(part.buf) >= p.chunk {
		piece, err := p.write(part.buf[:p.chunk])
		if err != nil {
			return err
		}
		part.chunks = append(part.chunks, uint32(piece.At/int64(p.chunk)))
		part.buf = part.buf[:copy(part.buf, part.buf[p.chunk:])]
	}
	return nil
}

func (p *parts) write(b []byte) (scratch.Extent, error) {
	if p.file.Size()>>roomShift != (p.file.Size()+int64(len(b)))>>roomShift {
		if err := p.file.Room(1 << roomShift); err != nil {
			return scratch.Extent{}, fmt.Errorf("file rows: %w", err)
		}
	}
	piece, err := p.file.Append(b)
	if err != nil {
		return piece, fmt.Errorf("file rows: %w", err)
	}
	return piece, nil
}

// roomShift: free room on disk is asked for each 16 MB.
const roomShift = 24

// flush writes what is still collected, and gives the buffers back. Nothing can
// be put afterwards.
func (p *parts) flush() (err error) {
	for i := range p.list {
		part := &p.list[i]
		if len(part.buf) == 0 {
			continue
		}
		if part.tail, err = p.write(part.buf); err != nil {
			return err
		}
		part.buf = nil
	}
	return nil
}

// appendPart reads a part behind what b holds.
func (p *parts) appendPart(b []byte, i int) ([]byte, error) {
	part := &p.list[i]
	b = slices.Grow(b, len(part.chunks)*p.chunk+int(part.tail.Size))
	read := func(piece scratch.Extent) error {
		at := len(b)
		b = b[:at+int(piece.Size)]
		if _, err := p.file.ReadAt(b[at:], piece.At); err != nil {
			return fmt.Errorf("read filed rows: %w", err)
		}
		return nil
	}
	for _, n := range part.chunks {
		if err := read(scratch.Extent{At: int64(n) * int64(p.chunk), Size: int64(p.chunk)}); err != nil {
			return nil, err
		}
	}
	return b, read(part.tail)
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
