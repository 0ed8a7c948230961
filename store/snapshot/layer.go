package snapshot

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sort"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"checkpoint"
)

type kind = checkpoint.DocumentKind

// LayerKind tells how often layers of this kind are made. Values are on disk.
type LayerKind uint8

// The layer kinds.
const (
	LayerBase   LayerKind = 1
	LayerDaily  LayerKind = 2
	LayerHourly LayerKind = 3
)

func (k LayerKind) String() string {
	if k < LayerBase || k > LayerHourly {
		return fmt.Sprintf("layer kind %d", uint8(k))
	}
	return [...]string{LayerBase: "base", LayerDaily: "daily", LayerHourly: "hourly"}[k]
}

const layerFormat = 1

// Header describes a layer; it is hashed into the root.
type Header struct {
	Format     uint8     `cbor:"1,keyasint"`
	Province   string    `cbor:"2,keyasint"`
	Kind       LayerKind `cbor:"3,keyasint"`
	Number     uint64    `cbor:"4,keyasint"` // snapshot that first carried it
	Input      Digest    `cbor:"5,keyasint"` // keyed digest of the input: salts every record key
	Pepper     [8]byte   `cbor:"6,keyasint"` // id of the pepper it was built with
	Stretch    Stretch   `cbor:"7,keyasint"`
	People     uint64    `cbor:"8,keyasint"`
	Aliases    uint64    `cbor:"9,keyasint"`
	Tombstones uint64    `cbor:"10,keyasint"`
	Blocks     uint32    `cbor:"11,keyasint"`
}

func (h *Header) count(t entryType) {
	switch t {
	case entryPerson:
		h.People++
	case entryAlias:
		h.Aliases++
	case entryTombstone:
		h.Tombstones++
	}
}

// LayerRef names a layer by its root, in the manifest and as a file.
type LayerRef struct {
	Root   Digest `cbor:"1,keyasint"`
	Header Header `cbor:"2,keyasint"`
}

// FileName is the layer's name in a snapshot directory and on a box.
func (r LayerRef) FileName() string { return hex.EncodeToString(r.Root[:]) + ".layer" }

// Layer is an opened layer. Its index (48 bytes for each 80 blocks) is in
// memory and proven up to the root; blocks are proven as they are read.
type Layer struct {
	ref    LayerRef
	db     *bolt.DB
	groups []byte // slots: low tag and hash of each group
}

// OpenLayer opens the layer that ref names from dir and proves its index.
func OpenLayer(dir string, ref LayerRef) (*Layer, error) {
	path := filepath.Join(dir, ref.FileName())
	if info, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("open layer: %w", err)
	} else if info.Size() == 0 { // bbolt would make an empty database of it
		return nil, fmt.Errorf("open layer: %w: %s is empty", ErrDamaged, filepath.Base(path))
	}
	l := &Layer{ref: ref}
	err := guard(func() error {
		db, err := bolt.Open(path, 0o400, &bolt.Options{ReadOnly: true, Timeout: 5 * time.Second})
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		l.db = db
		return l.readIndex()
	})
	if err != nil {
		l.Close()
		return nil, fmt.Errorf("open layer %s: %w", ref.FileName()[:12], err)
	}
	return l, nil
}

// Close frees the file. Lookups must have ended.
func (l *Layer) Close() error {
	if l.db == nil {
		return nil
	}
	return l.db.Close()
}

func (l *Layer) readIndex() error {
	return l.db.View(func(tx *bolt.Tx) error {
		head := tx.Bucket(bucketHead)
		if head == nil {
			return fmt.Errorf("%w: no head", ErrDamaged)
		}
		header := head.Get(keyHeader)
		l.groups = bytes.Clone(head.Get(keyGroups))
		want, err := encode(l.ref.Header)
		if err != nil {
			return err
		}
		if !bytes.Equal(header, want) || hashRoot(header, l.groups) != l.ref.Root {
			return fmt.Errorf("%w: root", ErrDamaged)
		}
		if len(l.groups) == 0 || len(l.groups)%slotSize != 0 || len(l.groups)/slotSize != (int(l.ref.Header.Blocks)+groupSlots-1)/groupSlots {
			return fmt.Errorf("%w: index", ErrDamaged)
		}
		return nil
	})
}

// find looks a tag up and proves the answer: block, group and root must agree,
// and the block's range must hold the tag. body is a copy.
func (l *Layer) find(tag Tag) (t entryType, body []byte, found bool, err error) {
	err = guard(func() error {
		return l.db.View(func(tx *bolt.Tx) error {
			group := slotFor(l.groups, tag)
			slots, err := proven(tx, bucketGroups, group, l.groups, int(group), hashGroup)
			if err != nil {
				return err
			}
			slot := slotFor(slots, tag)
			raw, err := proven(tx, bucketBlocks, group*groupSlots+slot, slots, int(slot), hashBlock)
			if err != nil {
				return err
			}
			b, err := parseBlock(raw)
			if err != nil {
				return err
			}
			t, body, found, err = b.find(tag)
			body = bytes.Clone(body)
			return err
		})
	})
	return t, body, found, err
}

// slotFor is the last slot whose low tag is not above tag. The first slot of a
// layer begins at zero, so there always is one.
func slotFor(slots []byte, tag Tag) uint32 {
	n := sort.Search(len(slots)/slotSize, func(i int) bool {
		return bytes.Compare(slots[i*slotSize:i*slotSize+TagSize], tag[:]) > 0
	})
	return uint32(max(n-1, 0))
}

// proven reads value number n of a bucket and checks it against its slot.
func proven(tx *bolt.Tx, bucket []byte, n uint32, slots []byte, slot int, hash func(uint32, []byte) Digest) ([]byte, error) {
	b := tx.Bucket(bucket)
	if b == nil || (slot+1)*slotSize > len(slots) {
		return nil, fmt.Errorf("%w: %s", ErrDamaged, bucket)
	}
	v := b.Get(binary.BigEndian.AppendUint32(nil, n))
	got := hash(n, v)
	if !bytes.Equal(got[:], slots[slot*slotSize+TagSize:(slot+1)*slotSize]) {
		return nil, fmt.Errorf("%w: %s %d", ErrDamaged, bucket, n)
	}
	return v, nil
}

// verifiers prove a layer together: hashing is most of it, and more of them
// would only wait for the card.
const verifiers = 2

// VerifyAll reads and proves every block, for a layer that comes in or is
// scrubbed. progress is called with blocks done, never twice at a time; it may
// be nil.
func (l *Layer) VerifyAll(progress func(done, all uint32)) error {
	v := verification{layer: l, progress: progress}
	var all sync.WaitGroup
	for range verifiers {
		all.Go(v.run)
	}
	all.Wait()
	return v.fault
}

// verification is one VerifyAll, shared by its workers.
type verification struct {
	layer    *Layer
	progress func(done, all uint32)

	mu         sync.Mutex
	next, done uint32 // blocks
	fault      error
}

func (v *verification) run() {
	blocks := v.layer.ref.Header.Blocks
	v.mu.Lock()
	defer v.mu.Unlock()
	for v.fault == nil && v.next < blocks {
		first := v.next
		v.next += groupSlots
		v.mu.Unlock()
		err := guard(func() error { return v.layer.verifyGroup(first / groupSlots) })
		v.mu.Lock()
		if err != nil {
			v.fault = err
			return
		}
		v.done += min(groupSlots, blocks-first)
		if v.progress != nil {
			v.progress(v.done, blocks)
		}
	}
}

func (l *Layer) verifyGroup(group uint32) error {
	return l.db.View(func(tx *bolt.Tx) error {
		slots, err := proven(tx, bucketGroups, group, l.groups, int(group), hashGroup)
		if err != nil {
			return err
		}
		for slot := range len(slots) / slotSize {
			if _, err := proven(tx, bucketBlocks, group*groupSlots+uint32(slot), slots, slot, hashBlock); err != nil {
				return err
			}
		}
		return nil
	})
}

// guard turns the ways a rotten file can hurt (a page that points nowhere, a
// mapped page that is no longer there) into ErrDamaged.
func guard(read func() error) (err error) {
	old := debug.SetPanicOnFault(true)
	defer debug.SetPanicOnFault(old)
	defer func() {
		if recover() != nil {
			err = fmt.Errorf("%w: a page of the file cannot be read", ErrDamaged)
		}
	}()
	err = read()
	if err != nil && !errors.Is(err, ErrDamaged) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}
