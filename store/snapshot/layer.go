package snapshot

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"

	"checkpoint"
	"checkpoint/store/system"
)

type kind = checkpoint.DocumentKind

// LayerKind tells how often layers of this kind are made. Values are on disk.
type LayerKind uint8

// The layer kinds.
const (
	LayerBase   LayerKind = 1
	LayerDaily  LayerKind = 2
	LayerHourly LayerKind = 3
	LayerSite   LayerKind = 4 // of one site's boxes, see [SiteLayer]
)

func (k LayerKind) String() string {
	if k < LayerBase || k > LayerSite {
		return fmt.Sprintf("layer kind %d", uint8(k))
	}
	return [...]string{LayerBase: "base", LayerDaily: "daily", LayerHourly: "hourly", LayerSite: "site"}[k]
}

const layerFormat = 2

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
	Aliases    uint64    `cbor:"9,keyasint"` // further documents of people, declarations among them; of a site, who is listed
	Tombstones uint64    `cbor:"10,keyasint"`
	Blocks     uint32    `cbor:"11,keyasint"`
}

func (h *Header) count(t entryType) {
	switch t {
	case entryPerson:
		h.People++
	case entryAlias, entryDeclared, entryListed:
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

// Layer is an opened layer. Its index (48 bytes for each 40 blocks) is in
// memory and proven up to the root; blocks are proven as they are read.
type Layer struct {
	ref    LayerRef
	db     *bolt.DB
	ahead  *os.File // the same file, to ask for pages before they are read
	groups []byte   // slots: low tag and hash of each group
	slots  []byte   // low tag and hash of each block, if they are few

	mu   sync.Mutex // of what follows
	idle []*reader
}

// keptSlots is how many bytes of a layer's slots may stay in memory, so that a
// small layer costs a lookup one block. 256 KiB are 5,461 blocks, which is
// 50,000 people and their documents, for each of at most 8 layers.
const keptSlots = 256 << 10

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
		if l.ahead, err = os.Open(path); err != nil {
			return err
		}
		if err := l.readIndex(); err != nil {
			return err
		}
		return l.keepSlots()
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
	var errs []error
	for _, r := range l.idle {
		errs = append(errs, r.tx.Rollback())
	}
	l.idle = nil
	if l.ahead != nil {
		errs = append(errs, l.ahead.Close())
	}
	return errors.Join(append(errs, l.db.Close())...)
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

// keepSlots proves the slots of a small layer and keeps them.
func (l *Layer) keepSlots() error {
	if int(l.ref.Header.Blocks)*slotSize > keptSlots {
		return nil
	}
	return l.view(func(r *reader) error {
		for n := range uint32(len(l.groups) / slotSize) {
			slots, err := l.group(r, n)
			if err != nil {
				return err
			}
			l.slots = append(l.slots, slots...)
		}
		return nil
	})
}

// find looks a tag up and proves the answer: block, group and root must agree,
// and the block's range must hold the tag. body is a copy.
func (l *Layer) find(tag Tag) (t entryType, body []byte, found bool, err error) {
	err = l.view(func(r *reader) error {
		raw, err := l.blockOf(r, tag)
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
	return t, body, found, err
}

// expect has the card begin to read the block in which a large layer has the
// tag, so that newer layers are searched meanwhile. It is a hint and proves
// nothing: find does not rely on it.
func (l *Layer) expect(tag Tag) {
	if l.slots != nil {
		return
	}
	_ = l.view(func(r *reader) error {
		group := slotFor(l.groups, tag)
		slots := r.get(r.groups, group)
		if len(slots) < slotSize {
			return nil
		}
		at := int64(blockPage(group*groupSlots+slotFor(slots, tag))) * pageSize
		system.Fetch(l.ahead, at, pageSize)
		return nil
	})
}

// blockOf reads the block whose range holds the tag, and proves it.
func (l *Layer) blockOf(r *reader, tag Tag) ([]byte, error) {
	if l.slots != nil {
		n := slotFor(l.slots, tag)
		return r.block(n, l.slots[int(n-n%groupSlots)*slotSize:])
	}
	group := slotFor(l.groups, tag)
	slots, err := l.group(r, group)
	if err != nil {
		return nil, err
	}
	return r.block(group*groupSlots+slotFor(slots, tag), slots)
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
	return l.view(func(r *reader) error {
		slots, err := l.group(r, group)
		if err != nil {
			return err
		}
		for slot := range uint32(len(slots) / slotSize) {
			if _, err := r.block(group*groupSlots+slot, slots); err != nil {
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
