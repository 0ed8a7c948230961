package snapshot

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	bolt "go.etcd.io/bbolt"

	"checkpoint/store/durable"
)

// Entry is one line of a layer before sealing. Exactly one of Person, Alias
// and Removed is set.
type Entry struct {
	Person  *Person
	Alias   *Alias
	Removed *Removed
}

// Removed hides a document in older layers.
type Removed struct {
	Kind   kind
	Number string
}

// Plan says what a layer is for.
type Plan struct {
	Province string
	Kind     LayerKind
	Number   uint64 // snapshot number that first carries the layer
	Stretch  Stretch
}

// LayerWriter collects entries and writes them as one layer file. It holds all
// entries in memory, about 100 bytes each.
type LayerWriter struct {
	plan    Plan
	pepper  Pepper
	entries []plainEntry
}

type plainEntry struct {
	tag    Tag
	typ    entryType
	plain  []byte
	secret []byte
}

// NewLayerWriter starts a layer. The probe record, which proves on a box that
// the layer opens with the box's pepper, is put in first.
func NewLayerWriter(plan Plan, pepper Pepper) (*LayerWriter, error) {
	w := &LayerWriter{plan: plan, pepper: pepper}
	return w, w.Add(Entry{Person: probe()})
}

// Add takes one entry, in any order. An error names no number.
func (w *LayerWriter) Add(e Entry) error {
	var (
		p   = plainEntry{typ: entryTombstone}
		err error
	)
	switch {
	case e.Person != nil:
		p.typ, p.tag = entryPerson, w.pepper.Tag(e.Person.Kind, e.Person.Number)
		if p.secret, err = w.pepper.secret(w.plan.Stretch, e.Person.Kind, e.Person.Number, e.Person.Birth); err == nil {
			p.plain, err = e.Person.encode(p.secret)
		}
	case e.Alias != nil:
		p.typ, p.tag = entryAlias, w.pepper.Tag(e.Alias.Kind, e.Alias.Number)
		if p.secret, err = w.pepper.secret(w.plan.Stretch, e.Alias.Kind, e.Alias.Number, e.Alias.Birth); err == nil {
			p.plain, err = e.Alias.encode()
		}
	case e.Removed != nil:
		p.tag = w.pepper.Tag(e.Removed.Kind, e.Removed.Number)
	default:
		err = errors.New("empty entry")
	}
	if err != nil {
		return fmt.Errorf("add entry: %w", err)
	}
	w.entries = append(w.entries, p)
	return nil
}

// Write sorts, seals and writes the layer to dir and returns its description.
// The same entries, plan and pepper give the same bytes, in any order of Add.
func (w *LayerWriter) Write(dir string) (LayerRef, error) {
	slices.SortFunc(w.entries, func(a, b plainEntry) int { return bytes.Compare(a.tag[:], b.tag[:]) })
	for i := 1; i < len(w.entries); i++ {
		if w.entries[i].tag == w.entries[i-1].tag {
			return LayerRef{}, errors.New("write layer: one document number stands for two people or twice for one; run the checks on the input first")
		}
	}
	input := w.input()
	temp, err := os.CreateTemp(dir, "layer-*.tmp")
	if err != nil {
		return LayerRef{}, fmt.Errorf("write layer: %w", err)
	}
	defer os.Remove(temp.Name())
	temp.Close()
	ref, err := w.writeFile(temp.Name(), input)
	if err != nil {
		return LayerRef{}, fmt.Errorf("write layer: %w", err)
	}
	if err := os.Chmod(temp.Name(), 0o644); err != nil {
		return LayerRef{}, fmt.Errorf("write layer: %w", err)
	}
	return ref, durable.Publish(temp.Name(), filepath.Join(dir, ref.FileName()))
}

// input is the keyed digest of everything the layer says. Keyed, because the
// plain digest of a layer with one person in it could be guessed.
func (w *LayerWriter) input() Digest {
	h := hmac.New(sha256.New, w.pepper[:])
	fmt.Fprintf(h, "checkpoint layer input 1 %s %d %d %d\x00", w.plan.Province, w.plan.Kind, w.plan.Number, w.plan.Stretch)
	for _, e := range w.entries {
		h.Write([]byte{byte(e.typ)})
		h.Write(e.tag[:])
		h.Write(e.secret)
		h.Write(e.plain)
	}
	return Digest(h.Sum(nil))
}

func (w *LayerWriter) writeFile(path string, input Digest) (LayerRef, error) {
	db, err := bolt.Open(path, 0o600, &bolt.Options{PageSize: 4096, FreelistType: bolt.FreelistMapType, NoSync: true, NoGrowSync: true, InitialMmapSize: 64 << 20})
	if err != nil {
		return LayerRef{}, err
	}
	defer db.Close()
	out := &fileWriter{db: db}
	header := Header{Format: layerFormat, Province: w.plan.Province, Kind: w.plan.Kind, Number: w.plan.Number, Input: input, Pepper: w.pepper.ID(), Stretch: w.plan.Stretch}
	var b blockBuilder
	var low Tag
	for _, e := range w.entries {
		body, err := e.seal(input)
		if err != nil {
			return LayerRef{}, err
		}
		header.count(e.typ)
		if !b.fits(body) {
			if err := out.block(b.bytes(low, before(e.tag))); err != nil {
				return LayerRef{}, err
			}
			low, b = e.tag, blockBuilder{}
		}
		b.add(e.typ, e.tag, body)
	}
	if err := out.block(b.bytes(low, highestTag)); err != nil {
		return LayerRef{}, err
	}
	return out.finish(header)
}

func (e *plainEntry) seal(input Digest) ([]byte, error) {
	if e.typ == entryTombstone {
		return nil, nil
	}
	key, err := sealKey(e.secret, input, e.typ)
	if err != nil {
		return nil, err
	}
	return seal(key, e.plain, e.tag)
}

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
	pending [][]byte
	blocks  uint32
	group   []byte // low tag and hash of each block of the running group
	groups  []byte // low tag and hash of each finished group
	hashed  [][]byte
}

const (
	runBlocks  = 2048                    // about 4 MB a transaction
	groupSlots = 80                      // 80 × 48 bytes and its key fill a 4 KiB page
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
		return f.flush()
	}
	return nil
}

func (f *fileWriter) closeGroup() {
	hash := hashGroup(uint32(len(f.hashed)), f.group)
	f.groups = append(append(f.groups, f.group[:TagSize]...), hash[:]...)
	f.hashed = append(f.hashed, f.group)
	f.group = nil
}

func (f *fileWriter) flush() error {
	err := f.db.Update(func(tx *bolt.Tx) error {
		return putAll(tx, bucketBlocks, f.blocks-uint32(len(f.pending)), f.pending)
	})
	f.pending = nil
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
	err = f.db.Update(func(tx *bolt.Tx) error {
		if err := putAll(tx, bucketGroups, 0, f.hashed); err != nil {
			return err
		}
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
