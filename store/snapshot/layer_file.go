package snapshot

import (
	"bytes"
	"errors"
	"io"
	"os"

	"checkpoint/store/system"
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

const (
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

// fileWriter writes a layer's file, a unit at a time.
type fileWriter struct {
	file   *os.File
	unit   [][]byte // blocks of the running unit
	blocks uint32
	groups []byte // low tag and hash of each finished group
	pages  []byte // room for a unit
}

func newFileWriter(path string) (*fileWriter, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &fileWriter{file: file, pages: make([]byte, unitPages*pageSize)}, nil
}

func (f *fileWriter) close() error { return f.file.Close() }

func (f *fileWriter) block(b []byte) error {
	f.unit = append(f.unit, b)
	f.blocks++
	if len(f.unit) < unitBlocks {
		return nil
	}
	return f.flush()
}

// flush writes the running unit. Until the last the file is only known to have
// more blocks than these.
func (f *fileWriter) flush() error {
	first := f.blocks - uint32(len(f.unit))
	plan := planFile(nil, f.blocks)
	for n := first; n < f.blocks; n += groupSlots {
		blocks := f.unit[n-first:][:min(groupSlots, f.blocks-n)]
		slots := make([]byte, 0, groupSlots*slotSize)
		for i, b := range blocks {
			hash := hashBlock(n+uint32(i), b)
			slots = append(append(slots, block(b).low()...), hash[:]...)
			plan.putBlock(f.pages, n+uint32(i), b)
		}
		hash := hashGroup(n/groupSlots, slots)
		f.groups = append(append(f.groups, slots[:TagSize]...), hash[:]...)
		plan.putGroup(f.pages, n/groupSlots, slots)
	}
	f.unit = f.unit[:0]
	unit := first / unitBlocks
	at, end := plan.unitAt(unit), plan.unitAt(unit+1)
	_, err := f.file.WriteAt(f.pages[:end-at], at)
	// A hint to begin now: what it leaves undone is done by the sync at the end.
	system.Begin(f.file, at, end-at)
	return err
}

func (f *fileWriter) finish(h Header) (LayerRef, error) {
	if len(f.unit) > 0 {
		if err := f.flush(); err != nil {
			return LayerRef{}, err
		}
	}
	h.Blocks = f.blocks
	header, err := encode(h)
	if err != nil {
		return LayerRef{}, err
	}
	plan := planFile(header, f.blocks)
	err = plan.writeTail(io.NewOffsetWriter(f.file, plan.unitAt(plan.units())), header, f.groups)
	if err == nil {
		_, err = f.file.WriteAt(plan.metas(), 0)
	}
	return LayerRef{Root: hashRoot(header, f.groups), Header: h}, errors.Join(err, f.file.Sync())
}
