package snapshot

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// Digest is a SHA-256.
type Digest [sha256.Size]byte

// entryType tells what an entry is; it fixes the entry's length.
type entryType byte

const (
	entryPerson    entryType = 1
	entryAlias     entryType = 2
	entryTombstone entryType = 3 // hides the tag in older layers
	entryDeclared  entryType = 4 // a mobility declaration
	entryListed    entryType = 5 // somebody on a site's lists
)

const aeadOverhead = 16

func (t entryType) String() string {
	return [...]string{entryPerson: "person", entryAlias: "alias", entryTombstone: "tombstone", entryDeclared: "declared", entryListed: "listed"}[t]
}

// size is the length of an entry's sealed body in bytes; -1: no such type.
func (t entryType) size() int {
	switch t {
	case entryPerson:
		return recordSize + aeadOverhead
	case entryAlias:
		return aliasSize + aeadOverhead
	case entryTombstone:
		return 0
	case entryDeclared:
		return declaredSize + aeadOverhead
	case entryListed:
		return listedSize + aeadOverhead
	}
	return -1
}

// A block is at most 2,000 bytes, so that two of them with their bbolt keys
// fill one 4 KiB page:
//
//	0      version 1
//	1-2    number of entries
//	3-18   lowest tag of the block's range, 19-34 highest: ranges of a layer
//	       touch without a gap, so a tag inside that is not listed is proven
//	       to be missing
//	35-    entries by rising tag: type 1, tag 16, sealed body by type
const (
	BlockSize   = 2000
	blockHead   = 35
	entryHead   = 1 + TagSize
	blockFormat = 1
)

// block is a view of a block's bytes that passed checkBlock.
type block []byte

// parseBlock checks the frame of a block whose hash was already proven, so a
// failure here means that the builder was wrong.
func parseBlock(b []byte) (block, error) {
	if len(b) < blockHead || len(b) > BlockSize || b[0] != blockFormat {
		return nil, fmt.Errorf("%w: block head", ErrDamaged)
	}
	return block(b), nil
}

func (b block) low() []byte  { return b[3 : 3+TagSize] }
func (b block) high() []byte { return b[3+TagSize : blockHead] }

// find looks for a tag. found is false with a nil error only when the block's
// range proves that the tag is not in the layer.
func (b block) find(tag Tag) (t entryType, body []byte, found bool, err error) {
	if bytes.Compare(tag[:], b.low()) < 0 || bytes.Compare(tag[:], b.high()) > 0 {
		return 0, nil, false, fmt.Errorf("%w: block does not cover the tag", ErrDamaged)
	}
	rest := b[blockHead:]
	for range binary.BigEndian.Uint16(b[1:]) {
		t, entryTag, entryBody, after, err := nextEntry(rest)
		if err != nil {
			return 0, nil, false, err
		}
		if bytes.Equal(entryTag, tag[:]) {
			return t, entryBody, true, nil
		}
		rest = after
	}
	return 0, nil, false, nil
}

func nextEntry(b []byte) (t entryType, tag, body, rest []byte, err error) {
	if len(b) < entryHead {
		return 0, nil, nil, nil, fmt.Errorf("%w: entry cut short", ErrDamaged)
	}
	t = entryType(b[0])
	size := t.size()
	if size < 0 || len(b) < entryHead+size {
		return 0, nil, nil, nil, fmt.Errorf("%w: entry of type %d", ErrDamaged, b[0])
	}
	return t, b[1:entryHead], b[entryHead : entryHead+size], b[entryHead+size:], nil
}

// blockBuilder fills one block.
type blockBuilder struct {
	entries []byte
	count   int
	first   Tag
}

func (b *blockBuilder) fits(body []byte) bool {
	return blockHead+len(b.entries)+entryHead+len(body) <= BlockSize
}

func (b *blockBuilder) add(t entryType, tag Tag, body []byte) {
	if b.count == 0 {
		b.first = tag
	}
	b.entries = append(b.entries, byte(t))
	b.entries = append(b.entries, tag[:]...)
	b.entries = append(b.entries, body...)
	b.count++
}

func (b *blockBuilder) bytes(low, high Tag) []byte {
	out := make([]byte, blockHead, blockHead+len(b.entries))
	out[0] = blockFormat
	binary.BigEndian.PutUint16(out[1:], uint16(b.count))
	copy(out[3:], low[:])
	copy(out[3+TagSize:], high[:])
	return append(out, b.entries...)
}

// Hashes are separated by what they are over (RFC 6962, section 2.1), so that
// a group can never pass for a block.
func hashBlock(index uint32, b []byte) Digest { return hashOf(0, index, b) }

func hashGroup(index uint32, b []byte) Digest { return hashOf(1, index, b) }

func hashRoot(header, groups []byte) Digest {
	return hashOf(2, uint32(len(header)), header, groups)
}

// hashOf is SHA-256 over a byte that tells what follows, a number and the parts.
func hashOf(what byte, n uint32, parts ...[]byte) (sum Digest) {
	h := sha256.New()
	head := [5]byte{what}
	binary.BigEndian.PutUint32(head[1:], n)
	h.Write(head[:])
	for _, p := range parts {
		h.Write(p)
	}
	h.Sum(sum[:0])
	return sum
}
