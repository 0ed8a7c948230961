package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
)

// errDamaged: a segment file is not as this package left it.
var errDamaged = errors.New("segment file damaged")

const (
	pageSize = 4096
	// growBytes is added whenever a file must grow: it costs one more sync per
	// 16 pages (about 400 records) and a fresh segment stays small.
	growBytes   = 64 << 10
	lockTimeout = time.Second
)

func recordsBucket() []byte { return []byte("records") }
func segmentBucket() []byte { return []byte("segment") }
func headerKey() []byte     { return []byte("header") }
func markKey() []byte       { return []byte("mark") }

// file is one open segment file. bbolt reads it through a map, so a damaged
// file or a dying card shows as a panic or a fault: run turns both into errors.
type file struct {
	db     *bolt.DB
	f      *os.File
	broken bool // bbolt panicked: its locks may be held for good
}

type access int

const (
	read   access = iota
	write         // an existing file
	create        // a new one
)

func openFile(path string, how access) (*file, error) {
	if how != create {
		if err := checkTree(path); err != nil {
			return nil, err
		}
	}
	return mapFile(path, how)
}

// mapFile opens without checking the structure first.
func mapFile(path string, how access) (*file, error) {
	s := &file{}
	opts := &bolt.Options{
		Timeout: lockTimeout, ReadOnly: how == read,
		PageSize: pageSize, FreelistType: bolt.FreelistMapType,
		OpenFile: func(path string, flag int, mode os.FileMode) (f *os.File, err error) {
			flag &^= os.O_CREATE // a file that went away is not to come back empty
			if how == create {
				flag |= os.O_CREATE | os.O_EXCL
			}
			s.f, err = os.OpenFile(path, flag, mode)
			return s.f, err
		},
	}
	if how != read {
		opts.InitialMmapSize = mapSize
	}
	err := s.run(func() (err error) {
		s.db, err = bolt.Open(path, 0o600, opts)
		return err
	})
	if err != nil {
		_ = s.close()
		return nil, fmt.Errorf("open segment: %w", err)
	}
	s.db.AllocSize = growBytes
	return s, nil
}

func (s *file) run(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			s.broken = true
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	return fn()
}

func (s *file) view(fn func(*bolt.Tx) error) error {
	return s.run(func() error { return s.db.View(fn) })
}

func (s *file) update(fn func(*bolt.Tx) error) error {
	return s.run(func() error { return s.db.Update(fn) })
}

// close gives up the descriptor even if bbolt can no longer be asked to.
func (s *file) close() error {
	if s.broken || s.db == nil {
		if s.f == nil {
			return nil
		}
		return s.f.Close()
	}
	return s.run(s.db.Close)
}

// put stores values under consecutive sequences from first on.
func (s *file) put(first uint64, values [][]byte) error {
	err := s.update(func(tx *bolt.Tx) error {
		b := tx.Bucket(recordsBucket())
		b.FillPercent = 1 // sequences only grow
		for i, v := range values {
			if err := b.Put(u64(first+uint64(i)), v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("write records: %w", err)
	}
	return nil
}

func (s *file) putMark(mark uint64) error {
	err := s.update(func(tx *bolt.Tx) error { return tx.Bucket(segmentBucket()).Put(markKey(), u64(mark)) })
	if err != nil {
		return fmt.Errorf("write mark: %w", err)
	}
	return nil
}

// begin writes what a new file holds before its first record.
func (s *file) begin(header []byte) error {
	err := s.update(func(tx *bolt.Tx) error {
		if _, err := tx.CreateBucket(recordsBucket()); err != nil {
			return err
		}
		b, err := tx.CreateBucket(segmentBucket())
		if err != nil {
			return err
		}
		return errors.Join(b.Put(headerKey(), header), b.Put(markKey(), u64(0)))
	})
	if err != nil {
		return fmt.Errorf("begin segment: %w", err)
	}
	return nil
}

func u64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// noSpace tells whether err is about a full disk. bbolt hands some errors on
// as text alone.
func noSpace(err error) bool {
	if err == nil {
		return false
	}
	for _, e := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT} {
		if errors.Is(err, e) || strings.Contains(err.Error(), e.Error()) {
			return true
		}
	}
	return errors.Is(err, errNoRoom)
}
