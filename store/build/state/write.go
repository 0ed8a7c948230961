package state

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"

	"checkpoint/store/durable"
	"checkpoint/store/scratch"
	"checkpoint/store/snapshot"
	"checkpoint/store/system"
)

// Writer makes a state file. It serves one goroutine.
type Writer struct {
	path, temp string
	file       *os.File
	frame      []byte
	last       snapshot.Tag
	header     Header // counts and checksum so far
	written    int    // frames
}

// Create begins the state file that will lie at path. Nothing is there before
// Commit; an older file stays until then.
func Create(path string) (*Writer, error) {
	temp := path + ".new"
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("write state: %w", err)
	}
	file, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("write state: %w", err)
	}
	w := &Writer{path: path, temp: temp, file: file, frame: make([]byte, frameHead, frameSize)}
	if _, err := file.WriteString(magic); err != nil {
		return nil, errors.Join(fmt.Errorf("write state: %w", err), w.Close())
	}
	return w, nil
}

var errOrder = errors.New("write state: entries do not come by rising tag")

// Add takes the next entry; tags rise.
func (w *Writer) Add(s *snapshot.Standing) error {
	record := bytes.TrimRight(s.Record[:], "\x00")
	if len(w.frame)+entryHead+len(record) > frameSize {
		if err := w.flush(); err != nil {
			return err
		}
	}
	if w.header.People+w.header.Aliases > 0 && bytes.Compare(s.Tag[:], w.last[:]) <= 0 {
		return errOrder
	}
	w.last = s.Tag
	head := byte(len(record))
	if s.Person {
		w.header.People++
		head |= personFlag
	} else {
		w.header.Aliases++
	}
	w.frame = append(append(w.frame, s.Tag[:]...), head)
	w.frame = append(append(w.frame, s.Secret[:]...), record...)
	return nil
}

func (w *Writer) flush() error {
	entries := w.frame[frameHead:]
	if len(entries) == 0 {
		return nil
	}
	if err := scratch.Room(filepath.Dir(w.path), int64(len(w.frame))); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	w.header.Sum = crc32.Update(w.header.Sum, castagnoli, entries)
	binary.BigEndian.PutUint32(w.frame, uint32(len(entries)))
	binary.BigEndian.PutUint32(w.frame[4:], w.header.Sum)
	if _, err := w.file.Write(w.frame); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	w.frame = w.frame[:frameHead]
	if w.written++; w.written%hintEvery == 0 {
		// A hint to begin before the end: what it leaves undone is done by Commit.
		system.Begin(w.file, 0, 0)
	}
	return nil
}

// hintEvery is how many frames the disk is asked to begin with at a time.
const hintEvery = 128

// Commit ends the file and makes it appear, durably. Counts and checksum of h
// are filled in.
func (w *Writer) Commit(h Header) error {
	if err := w.flush(); err != nil {
		return err
	}
	h.People, h.Aliases, h.Sum = w.header.People, w.header.Aliases, w.header.Sum
	b, err := encodeHeader(h)
	if err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	tail := binary.BigEndian.AppendUint32(b, uint32(len(b)))
	tail = binary.BigEndian.AppendUint32(tail, crc32.Checksum(b, castagnoli))
	if _, err := w.file.Write(tail); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	if err := durable.Publish(w.temp, w.path); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	return nil
}

// Close lets go of the file, and drops what was not committed.
func (w *Writer) Close() error {
	if err := os.Remove(w.temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("write state: %w", err), w.file.Close())
	}
	return w.file.Close()
}
