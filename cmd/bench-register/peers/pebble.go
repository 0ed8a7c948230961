package main

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
	"github.com/cockroachdb/pebble/v2/sstable"
)

// pebbleOptions: blocks of 4 KiB, Bloom filters of 10 bits a key, no
// compression (sealed records have nothing to compress), no log of writes.
func pebbleOptions() *pebble.Options {
	o := &pebble.Options{CacheSize: cacheSize, DisableWAL: true, FormatMajorVersion: pebble.FormatNewest, Logger: quiet{}}
	for i := range o.Levels {
		l := &o.Levels[i]
		l.BlockSize, l.FilterPolicy, l.FilterType = 4096, bloom.FilterPolicy(10), pebble.TableFilter
		l.Compression = func() *sstable.CompressionProfile { return sstable.NoCompression }
	}
	return o
}

// quiet drops what Pebble tells of its work; errors come back from calls.
type quiet struct{}

func (quiet) Infof(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}
func (quiet) Fatalf(format string, args ...any) {
	pebble.DefaultLogger.Fatalf(format, args...)
}

type pebbleWriter struct {
	db    *pebble.DB
	batch *pebble.Batch
}

func createPebble(dir string) (writer, error) {
	db, err := pebble.Open(dir, pebbleOptions())
	if err != nil {
		return nil, err
	}
	return &pebbleWriter{db, db.NewBatch()}, nil
}

func (w *pebbleWriter) put(tag, sealed []byte) error {
	if err := w.batch.Set(tag, sealed, nil); err != nil {
		return err
	}
	if w.batch.Count() < perTransaction {
		return nil
	}
	if err := w.batch.Commit(pebble.NoSync); err != nil {
		return err
	}
	w.batch = w.db.NewBatch()
	return nil
}

// finish also brings all records to the lowest level, as days of use would.
func (w *pebbleWriter) finish() error {
	err := w.batch.Commit(pebble.NoSync)
	if err == nil {
		err = w.db.Flush()
	}
	if err == nil {
		err = w.db.Compact(context.Background(), make([]byte, tagSize), bytes.Repeat([]byte{0xff}, tagSize+1), true)
	}
	return errors.Join(err, w.db.Close())
}

type pebbleReader struct {
	db   *pebble.DB
	last io.Closer // of the value returned last
}

func openPebble(dir string) (reader, error) {
	o := pebbleOptions()
	o.ReadOnly = true
	db, err := pebble.Open(dir, o)
	if err != nil {
		return nil, err
	}
	return &pebbleReader{db: db}, nil
}

func (r *pebbleReader) get(tag []byte) ([]byte, error) {
	if err := r.release(); err != nil {
		return nil, err
	}
	v, c, err := r.db.Get(tag)
	if errors.Is(err, pebble.ErrNotFound) {
		return nil, errMissing
	}
	r.last = c
	return v, err
}

func (r *pebbleReader) release() error {
	if r.last == nil {
		return nil
	}
	err := r.last.Close()
	r.last = nil
	return err
}

func (r *pebbleReader) close() error { return errors.Join(r.release(), r.db.Close()) }
