package main

import (
	"errors"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// boltWriter fills pages of 4 KiB to the brim, each entry a key of its own.
// Nothing is synced until the end. The list of free pages is written, so that
// who opens the file for writing need not search all of it.
type boltWriter struct {
	db      *bolt.DB
	pending [][2][]byte
}

var boltBucket = []byte("records")

func boltFile(dir string) string { return filepath.Join(dir, "records.bolt") }

func createBolt(dir string) (writer, error) {
	db, err := bolt.Open(boltFile(dir), 0o600, &bolt.Options{PageSize: 4096, FreelistType: bolt.FreelistMapType, NoSync: true, NoGrowSync: true})
	if err != nil {
		return nil, err
	}
	return &boltWriter{db: db}, nil
}

func (w *boltWriter) put(tag, sealed []byte) error {
	kept := append(append(make([]byte, 0, len(tag)+len(sealed)), tag...), sealed...)
	w.pending = append(w.pending, [2][]byte{kept[:len(tag)], kept[len(tag):]})
	if len(w.pending) < perTransaction {
		return nil
	}
	return w.flush()
}

func (w *boltWriter) flush() error {
	err := w.db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucketIfNotExists(boltBucket)
		if err != nil {
			return err
		}
		b.FillPercent = 1
		for _, p := range w.pending {
			if err := b.Put(p[0], p[1]); err != nil {
				return err
			}
		}
		return nil
	})
	w.pending = w.pending[:0]
	return err
}

func (w *boltWriter) finish() error { return errors.Join(w.flush(), w.db.Sync(), w.db.Close()) }

type boltReader struct {
	db     *bolt.DB
	sealed []byte
}

func openBolt(dir string) (reader, error) {
	db, err := bolt.Open(boltFile(dir), 0o400, &bolt.Options{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	return &boltReader{db: db}, nil
}

func (r *boltReader) get(tag []byte) ([]byte, error) {
	err := r.db.View(func(tx *bolt.Tx) error {
		b := tx.Bucket(boltBucket)
		if b == nil {
			return errMissing
		}
		r.sealed = append(r.sealed[:0], b.Get(tag)...)
		return nil
	})
	return r.sealed, err
}

func (r *boltReader) close() error { return r.db.Close() }
