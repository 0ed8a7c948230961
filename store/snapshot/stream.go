package snapshot

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// A layer travels as a stream that can be proven and kept as it comes, and
// taken up again at any block:
//
//	0      magic "CKLAYER1"
//	8      length of the header, 2 bytes big endian; the header, CBOR
//	       slots of all groups (48 bytes each): with the header they are the root
//	       then each group: its slots (48 bytes for each of its blocks), and
//	       its blocks, each in 2,002 bytes: length 2, block, zeros
//
// Every length follows from the header, which is in the signed manifest, so
// size and offsets are known before the first byte is asked for. The zeros
// cost a base layer one byte in a hundred.
const (
	streamMagic     = "CKLAYER1"
	streamBlockSize = 2 + BlockSize
	// maxStreamBlocks bounds what a receiver holds in memory (10 MB of slots):
	// 16 million blocks are 380 million people.
	maxStreamBlocks = 1 << 24
)

// Faults of a stream, beside a block that is not the signed one (ErrDamaged).
var (
	// ErrCut: the stream ends before the layer does. What came is kept.
	ErrCut = errors.New("layer stream ends early")
	// ErrOtherLayer: the stream proves another root than the one asked for.
	ErrOtherLayer = errors.New("stream is of another layer")
)

// streamLayout is where everything of a layer's stream lies.
type streamLayout struct {
	prefix []byte // magic, length, header
	blocks uint32
}

func layoutOf(ref LayerRef) (streamLayout, error) {
	header, err := encode(ref.Header)
	if err != nil {
		return streamLayout{}, err
	}
	if n := ref.Header.Blocks; n == 0 || n > maxStreamBlocks || len(header) > 0xffff {
		return streamLayout{}, fmt.Errorf("layer of %d blocks: want 1 to %d", n, maxStreamBlocks)
	}
	prefix := binary.BigEndian.AppendUint16([]byte(streamMagic), uint16(len(header)))
	return streamLayout{append(prefix, header...), ref.Header.Blocks}, nil
}

// StreamSize is the length of the layer's stream in bytes.
func StreamSize(ref LayerRef) (int64, error) {
	s, err := layoutOf(ref)
	if err != nil {
		return 0, err
	}
	return s.groupAt(s.groups()), nil
}

func (s *streamLayout) header() []byte { return s.prefix[len(streamMagic)+2:] }

func (s *streamLayout) groups() uint32 { return (s.blocks + groupSlots - 1) / groupSlots }

// inGroup is the number of blocks of group n.
func (s *streamLayout) inGroup(n uint32) int {
	return int(min(groupSlots, s.blocks-n*groupSlots))
}

// groupAt is the offset of group n; of one past the last, the whole length.
func (s *streamLayout) groupAt(n uint32) int64 {
	before := int64(min(n*groupSlots, s.blocks))
	return int64(len(s.prefix)) + int64(s.groups())*int64(slotSize) + before*int64(slotSize+streamBlockSize)
}
