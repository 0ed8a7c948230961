package snapshot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// streamReader proves a layer's stream block by block, from any reader, and
// goes on with another one where the first broke off.
type streamReader struct {
	layout streamLayout
	root   Digest
	groups []byte // slots of all groups, proven; nil: not read yet

	group uint32 // the group that is being read
	slots []byte // its slots, proven; nil: not read yet
	read  int    // its blocks that were read
	frame [streamBlockSize]byte
}

func newStreamReader(ref LayerRef) (*streamReader, error) {
	layout, err := layoutOf(ref)
	return &streamReader{layout: layout, root: ref.Root}, err
}

// offset is the place in the stream of the next byte that is wanted.
func (s *streamReader) offset() int64 {
	if s.groups == nil {
		return 0
	}
	return s.layout.groupAt(s.group) + int64(len(s.slots)) + int64(s.read)*streamBlockSize
}

func (s *streamReader) complete() bool { return s.groups != nil && s.group == s.layout.groups() }

// number is that of the next block.
func (s *streamReader) number() uint32 { return s.group*groupSlots + uint32(s.read) }

// head reads what the root is made of, and proves it.
func (s *streamReader) head(r io.Reader) error {
	prefix := make([]byte, len(s.layout.prefix))
	if err := readFull(r, prefix); err != nil {
		return err
	}
	if !bytes.Equal(prefix[:len(streamMagic)], []byte(streamMagic)) {
		return fmt.Errorf("%w: no layer stream", ErrDamaged)
	}
	groups := make([]byte, int(s.layout.groups())*slotSize)
	if err := readFull(r, groups); err != nil {
		return err
	}
	if !bytes.Equal(prefix, s.layout.prefix) || hashRoot(s.layout.header(), groups) != s.root {
		return fmt.Errorf("%w: %w", ErrDamaged, ErrOtherLayer)
	}
	s.groups = groups
	return nil
}

// next reads one block, which is good until the next call. With the last of a
// group come the group's slots.
func (s *streamReader) next(r io.Reader) (b, ended []byte, err error) {
	if s.slots == nil {
		if err := s.readSlots(r); err != nil {
			return nil, nil, err
		}
	}
	n := s.number()
	if b, err = s.block(r); err != nil {
		return nil, nil, fmt.Errorf("block %d: %w", n, err)
	}
	if got := hashBlock(n, b); !bytes.Equal(got[:], s.slots[s.read*slotSize+TagSize:(s.read+1)*slotSize]) {
		return nil, nil, fmt.Errorf("%w: block %d", ErrDamaged, n)
	}
	s.read++
	if s.read == s.layout.inGroup(s.group) {
		ended = s.slots
		s.skipTo(s.group + 1)
	}
	return b, ended, nil
}

// skipTo goes on at the start of a group.
func (s *streamReader) skipTo(group uint32) { s.group, s.slots, s.read = group, nil, 0 }

func (s *streamReader) readSlots(r io.Reader) error {
	slots := make([]byte, s.layout.inGroup(s.group)*slotSize)
	if err := readFull(r, slots); err != nil {
		return err
	}
	at := int(s.group)*slotSize + TagSize
	if got := hashGroup(s.group, slots); !bytes.Equal(got[:], s.groups[at:at+len(got)]) {
		return fmt.Errorf("%w: group %d", ErrDamaged, s.group)
	}
	s.slots = slots
	return nil
}

// block reads a block's frame. A frame has one form only: zeros follow.
func (s *streamReader) block(r io.Reader) ([]byte, error) {
	frame := s.frame[:]
	if err := readFull(r, frame); err != nil {
		return nil, err
	}
	size := int(binary.BigEndian.Uint16(frame))
	if size > BlockSize || len(bytes.TrimLeft(frame[2+size:], "\x00")) > 0 {
		return nil, fmt.Errorf("%w: frame", ErrDamaged)
	}
	return frame[2 : 2+size], nil
}

func readFull(r io.Reader, b []byte) error {
	_, err := io.ReadFull(r, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: %w", ErrCut, io.ErrUnexpectedEOF)
	}
	return err
}
