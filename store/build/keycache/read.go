package keycache

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"checkpoint/store/extsort"
	"checkpoint/store/snapshot"
)

// reader goes through both files at once.
type reader struct {
	file   *os.File // nil: there was none
	in     *bufio.Reader
	old    []byte // next record of the keys; empty: no more
	buf    [recordSize]byte
	recent []byte // next record of the journal; empty: no more
	next   func() ([]byte, error, bool)
	stop   func()
	ready  bool
}

func newReader(file *os.File, recent *extsort.Sorter) *reader {
	r := &reader{file: file}
	if file != nil {
		r.in = bufio.NewReaderSize(file, bufferSize)
	}
	r.next, r.stop = iter.Pull2(recent.Sorted())
	return r
}

// Find looks a key up; tags rise from call to call.
func (r *reader) Find(tag snapshot.Tag, secret [snapshot.SecretStart]byte) (key snapshot.Digest, known bool, err error) {
	var wanted [searched]byte
	copy(wanted[:], tag[:])
	copy(wanted[snapshot.TagSize:], secret[:])
	if !r.ready {
		r.ready = true
		if err := errors.Join(r.advanceOld(), r.advanceRecent()); err != nil {
			return key, false, err
		}
	}
	for len(r.old) > 0 && before(r.old, wanted[:]) {
		if err := r.advanceOld(); err != nil {
			return key, false, err
		}
	}
	for len(r.recent) > 0 && before(r.recent, wanted[:]) {
		if err := r.advanceRecent(); err != nil {
			return key, false, err
		}
	}
	for _, record := range [][]byte{r.old, r.recent} {
		if len(record) > 0 && bytes.Equal(record[:searched], wanted[:]) {
			return snapshot.Digest(record[searched:sumAt]), true, nil
		}
	}
	return key, false, nil
}

// advanceOld goes to the next sound record. A piece at the end is damage like
// any other: its keys are made anew.
func (r *reader) advanceOld() error {
	r.old = nil
	if r.in == nil {
		return nil
	}
	for {
		if _, err := io.ReadFull(r.in, r.buf[:]); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read stretched keys: %w", err)
		}
		if sound(r.buf[:]) {
			r.old = r.buf[:]
			return nil
		}
	}
}

func (r *reader) advanceRecent() error {
	record, err, ok := r.next()
	if err != nil {
		return fmt.Errorf("read stretched keys: %w", err)
	}
	if r.recent = nil; ok {
		r.recent = record
	}
	return nil
}

// Close lets go of the files.
func (r *reader) Close() error {
	r.stop()
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}
