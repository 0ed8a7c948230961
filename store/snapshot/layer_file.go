package snapshot

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"

	bolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
)

var highestTag = Tag(bytes.Repeat([]byte{0xff}, TagSize))

// before is the highest tag below t.
func before(t Tag) Tag {
	for i := TagSize - 1; i >= 0; i-- {
		t[i]--
		if t[i] != 0xff {
			break
		}
	}
	return t
}

// fileWriter writes blocks in runs, so that one transaction stays small.
type fileWriter struct {
	db      *bolt.DB
	early   *os.File // the same file, to have the disk begin before the end
	pending [][]byte
	blocks  uint32
	group   []byte // low tag and hash of each block of the running group
	groups  []byte // low tag and hash of each finished group
	hashed  [][]byte
	written uint32 // groups that were written already
}

// newFileWriter takes the array freelist, which always gives the lowest free
// page: the map gives any, and two builds would be two files.
func newFileWriter(path string) (*fileWriter, error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{PageSize: 4096, FreelistType: bolt.FreelistArrayType, NoSync: true, NoGrowSync: true, InitialMmapSize: 64 << 20})
	if err != nil {
		return nil, err
	}
	f := &fileWriter{db: db}
	if f.early, err = os.Open(path); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return f, nil
}

func (f *fileWriter) close() error { return errors.Join(f.early.Close(), f.db.Close()) }

const (
	runBlocks  = 2048                    // about 4 MB a transaction
	groupSlots = 40                      // 40 × 48 bytes: two groups fill a 4 KiB page, as two blocks do
	slotSize   = TagSize + len(Digest{}) // low tag and hash
)

var (
	bucketBlocks = []byte("blocks") // block number, 4 bytes big endian -> block
	bucketGroups = []byte("groups") // group number -> its slots
	bucketHead   = []byte("head")   // "header", "groups" (the slots of all groups)
	keyHeader    = []byte("header")
	keyGroups    = []byte("groups")
)

func (f *fileWriter) block(b []byte) error {
	hash := hashBlock(f.blocks, b)
	f.group = append(append(f.group, block(b).low()...), hash[:]...)
	f.pending = append(f.pending, b)
	f.blocks++
	if len(f.group) == groupSlots*slotSize {
		f.closeGroup()
	}
	if len(f.pending) == runBlocks {
		return errors.Join(f.flush(), f.flushGroups())
	}
	return nil
}

func (f *fileWriter) closeGroup() {
	hash := hashGroup(f.written+uint32(len(f.hashed)), f.group)
	f.groups = append(append(f.groups, f.group[:TagSize]...), hash[:]...)
	f.hashed = append(f.hashed, f.group)
	f.group = nil
}

func (f *fileWriter) flush() error {
	err := f.db.Update(func(tx *bolt.Tx) error {
		return putAll(tx, bucketBlocks, f.blocks-uint32(len(f.pending)), f.pending)
	})
	f.pending = nil
	// A hint: what it leaves undone is done by the sync at the end.
	_ = unix.SyncFileRange(int(f.early.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WRITE)
	return err
}

// flushGroups keeps the groups of a large layer from piling up in memory.
func (f *fileWriter) flushGroups() error {
	err := f.db.Update(func(tx *bolt.Tx) error { return putAll(tx, bucketGroups, f.written, f.hashed) })
	f.written += uint32(len(f.hashed))
	f.hashed = nil
	return err
}

// putAll writes values under rising numbers. Full pages: nothing is ever
// inserted between.
func putAll(tx *bolt.Tx, bucket []byte, first uint32, values [][]byte) error {
	b, err := tx.CreateBucketIfNotExists(bucket)
	if err != nil {
		return err
	}
	b.FillPercent = 1
	for i, v := range values {
		if err := b.Put(binary.BigEndian.AppendUint32(nil, first+uint32(i)), v); err != nil {
			return err
		}
	}
	return nil
}

func (f *fileWriter) finish(h Header) (LayerRef, error) {
	if len(f.group) > 0 {
		f.closeGroup()
	}
	if err := f.flush(); err != nil {
		return LayerRef{}, err
	}
	h.Blocks = f.blocks
	header, err := encode(h)
	if err != nil {
		return LayerRef{}, err
	}
	// One bucket a transaction: bbolt writes several in no fixed order.
	if err := f.flushGroups(); err != nil {
		return LayerRef{}, err
	}
	err = f.db.Update(func(tx *bolt.Tx) error {
		b, err := tx.CreateBucket(bucketHead)
		if err != nil {
			return err
		}
		return errors.Join(b.Put(keyHeader, header), b.Put(keyGroups, f.groups))
	})
	if err != nil {
		return LayerRef{}, err
	}
	return LayerRef{Root: hashRoot(header, f.groups), Header: h}, f.db.Sync()
}
