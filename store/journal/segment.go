package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	bolt "go.etcd.io/bbolt"
)

// Names of files in the journal's directory.
const (
	segmentExt = ".seg"
	newExt     = ".new"     // being created: holds no record yet
	damagedExt = ".damaged" // set aside for a technician, never deleted
)

// segment is what the journal knows of one file without opening it.
type segment struct {
	number uint64 // files sort by it
	path   string
	epoch  uint64
	header []byte
	opened time.Time
	newest time.Time // time of the last record, or opened
	last   uint64
	mark   uint64
	bytes  int64
}

func (s *segment) pending() bool { return s.last > s.mark }

func (s *segment) name() string { return filepath.Base(s.path) }

func segmentName(number, epoch uint64) string {
	return fmt.Sprintf("%06d-%016x%s", number, epoch, segmentExt)
}

// parseName reads number and epoch from the name of a segment file, whatever
// its extension.
func parseName(name string) (number, epoch uint64, ok bool) {
	stem, _, _ := strings.Cut(name, ".")
	num, hex, ok := strings.Cut(stem, "-")
	if !ok {
		return 0, 0, false
	}
	number, errNumber := strconv.ParseUint(num, 10, 64)
	epoch, errEpoch := strconv.ParseUint(hex, 16, 64)
	ok = errNumber == nil && errEpoch == nil && epoch != 0 && segmentName(number, epoch) == stem+segmentExt
	return number, epoch, ok
}

// inspect proves a closed file's structure and reads what it says of itself.
func inspect(path string) (*segment, error) {
	number, epoch, ok := parseName(filepath.Base(path))
	if !ok {
		return nil, fmt.Errorf("%w: not a segment's name", errDamaged)
	}
	f, err := openFile(path, read)
	if err != nil {
		return nil, err
	}
	s := &segment{number: number, epoch: epoch, path: path}
	err = errors.Join(f.view(s.load), f.close())
	if err != nil {
		return nil, fmt.Errorf("inspect segment: %w", err)
	}
	return s, s.measure()
}

func (s *segment) load(tx *bolt.Tx) error {
	about, records := tx.Bucket(segmentBucket()), tx.Bucket(recordsBucket())
	if about == nil || records == nil {
		return fmt.Errorf("%w: no header", errDamaged)
	}
	s.header = append([]byte(nil), about.Get(headerKey())...)
	h, err := ParseHeader(s.header)
	if err != nil {
		return err
	}
	mark := about.Get(markKey())
	if h.Epoch != s.epoch || len(mark) != 8 {
		return fmt.Errorf("%w: not this file's header", errDamaged)
	}
	s.mark = binary.BigEndian.Uint64(mark)
	s.opened, s.newest = h.Started, h.Started
	key, value := records.Cursor().Last()
	if key == nil {
		return nil
	}
	r, err := entry(key, value)
	if err != nil {
		return err
	}
	s.last, s.newest = r.Seq, r.Time
	return nil
}

// entry reads one stored record and proves that it lies under its own sequence.
func entry(key, value []byte) (Sealed, error) {
	var r Sealed
	if err := r.UnmarshalCBOR(value); err != nil {
		return Sealed{}, err
	}
	if len(key) != 8 || binary.BigEndian.Uint64(key) != r.Seq {
		return Sealed{}, fmt.Errorf("%w: record %d under another key", errDamaged, r.Seq)
	}
	return r, nil
}

func (s *segment) measure() error {
	info, err := os.Stat(s.path)
	if err != nil {
		return fmt.Errorf("measure segment: %w", err)
	}
	s.bytes = info.Size()
	return nil
}

// info is the segment as callers see it.
func (s *segment) info(closed bool) Segment {
	return Segment{Epoch: s.epoch, Header: s.header, Last: s.last, Mark: s.mark, Closed: closed, Bytes: s.bytes, Opened: s.opened}
}
