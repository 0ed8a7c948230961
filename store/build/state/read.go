package state

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"iter"
	"os"

	"checkpoint/store/snapshot"
)

// Reader reads a state file from its start to its end, once. It serves one
// goroutine.
type Reader struct {
	file   *os.File
	header Header
	left   int64 // bytes of frames not yet read
	in     *bufio.Reader
	frame  []byte
	rest   []byte // of frame
	seen   Header // counts and checksum so far
	now    snapshot.Standing
}

// Open opens the state file at path and checks its ends. ErrDamaged: it is
// none, or not whole.
func Open(path string) (*Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read state: %w", err)
	}
	r := &Reader{file: file}
	if err := r.open(); err != nil {
		return nil, errors.Join(fmt.Errorf("read state %s: %w", path, err), file.Close())
	}
	return r, nil
}

func (r *Reader) open() error {
	info, err := r.file.Stat()
	if err != nil {
		return err
	}
	size := info.Size()
	if size < int64(len(magic)+tailSize) {
		return fmt.Errorf("%w: it is too short", ErrDamaged)
	}
	var start [len(magic)]byte
	var tail [tailSize]byte
	if err := errors.Join(readAt(r.file, start[:], 0), readAt(r.file, tail[:], size-tailSize)); err != nil {
		return err
	}
	length := int64(binary.BigEndian.Uint32(tail[:]))
	if string(start[:]) != magic || length > maxHeader || length > size-int64(len(magic)+tailSize) {
		return fmt.Errorf("%w: its end is missing, or it is no state file", ErrDamaged)
	}
	b := make([]byte, length)
	if err := readAt(r.file, b, size-tailSize-length); err != nil {
		return err
	}
	if crc32.Checksum(b, castagnoli) != binary.BigEndian.Uint32(tail[4:]) {
		return fmt.Errorf("%w: header", ErrDamaged)
	}
	if r.header, err = decodeHeader(b); err != nil {
		return fmt.Errorf("%w: header: %w", ErrDamaged, err)
	}
	r.left = size - tailSize - length - int64(len(magic))
	r.in = bufio.NewReaderSize(io.NewSectionReader(r.file, int64(len(magic)), r.left), 4*frameSize)
	return nil
}

func readAt(f *os.File, b []byte, at int64) error {
	_, err := f.ReadAt(b, at)
	return err
}

// Header says of which snapshot the state is, and how much it holds.
func (r *Reader) Header() Header { return r.header }

// Next is the next entry by rising tag, good until the next call; nil with a
// nil error after the last. ErrDamaged: the file is not what was written.
func (r *Reader) Next() (*snapshot.Standing, error) {
	if len(r.rest) == 0 {
		if r.left == 0 {
			return nil, r.ended()
		}
		if err := r.nextFrame(); err != nil {
			return nil, fmt.Errorf("read state: %w", err)
		}
	}
	if len(r.rest) < entryHead {
		return nil, fmt.Errorf("read state: %w: entry cut short", ErrDamaged)
	}
	head := r.rest[snapshot.TagSize]
	size := int(head &^ personFlag)
	if size > len(r.now.Record) || len(r.rest) < entryHead+size {
		return nil, fmt.Errorf("read state: %w: entry cut short", ErrDamaged)
	}
	tag := snapshot.Tag(r.rest)
	if r.seen.People+r.seen.Aliases > 0 && bytes.Compare(tag[:], r.now.Tag[:]) <= 0 {
		return nil, fmt.Errorf("read state: %w: entries out of order", ErrDamaged)
	}
	s := &r.now
	s.Tag, s.Person = tag, head&personFlag != 0
	s.Secret = [snapshot.SecretStart]byte(r.rest[snapshot.TagSize+1:])
	clear(s.Record[copy(s.Record[:], r.rest[entryHead:entryHead+size]):])
	r.rest = r.rest[entryHead+size:]
	if s.Person {
		r.seen.People++
	} else {
		r.seen.Aliases++
	}
	return s, nil
}

// ended proves that nothing is missing.
func (r *Reader) ended() error {
	if r.seen.People != r.header.People || r.seen.Aliases != r.header.Aliases || r.seen.Sum != r.header.Sum {
		return fmt.Errorf("read state: %w: entries are missing", ErrDamaged)
	}
	return nil
}

func (r *Reader) nextFrame() error {
	var head [frameHead]byte
	if r.left < frameHead {
		return fmt.Errorf("%w: frame cut short", ErrDamaged)
	}
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		return err
	}
	r.left -= frameHead
	size := int64(binary.BigEndian.Uint32(head[:]))
	if size == 0 || size > frameSize || size > r.left {
		return fmt.Errorf("%w: frame of %d bytes", ErrDamaged, size)
	}
	if r.frame == nil {
		r.frame = make([]byte, frameSize)
	}
	r.rest = r.frame[:size]
	if _, err := io.ReadFull(r.in, r.rest); err != nil {
		return err
	}
	r.left -= size
	r.seen.Sum = crc32.Update(r.seen.Sum, castagnoli, r.rest)
	if r.seen.Sum != binary.BigEndian.Uint32(head[4:]) {
		return fmt.Errorf("%w: checksum", ErrDamaged)
	}
	return nil
}

// All yields what Next gives, to the end or the first error.
func (r *Reader) All() iter.Seq2[*snapshot.Standing, error] {
	return func(yield func(*snapshot.Standing, error) bool) {
		for {
			s, err := r.Next()
			if s == nil && err == nil || !yield(s, err) || err != nil {
				return
			}
		}
	}
}

// Close lets go of the file.
func (r *Reader) Close() error { return r.file.Close() }
