package journal

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"os"
)

// bbolt's page format, version 2 (go.etcd.io/bbolt/internal/common: page.go,
// meta.go, bucket.go). Numbers are in the machine's own byte order, which is
// little-endian on every machine this product is built for.
const (
	pageHeaderSize = 16
	branchItemSize = 16
	leafItemSize   = 16
	branchFlag     = 0x01
	leafFlag       = 0x02
	freelistFlag   = 0x10
	bucketFlag     = 0x01
	metaMagic      = 0xED0CDAED
	metaVersion    = 2
	maxDepth       = 8
)

// checkTree proves the structure of a closed file before bbolt maps it: every
// page that can be reached lies in the file, is reached once and is within
// bounds, and no free page is in use. bbolt has no page checksums: on a rotten
// card it would panic, recurse until the stack ends, or write a mark over
// records. It says nothing about what the pages hold.
func checkTree(path string) error {
	if info, err := os.Stat(path); err == nil && info.Size() > mapSize {
		return fmt.Errorf("%w: %d bytes", errDamaged, info.Size())
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read segment: %w", err)
	}
	t := tree{file: b, seen: map[uint64]bool{}}
	m, ok := t.newestMeta()
	if !ok {
		return fmt.Errorf("%w: no valid meta page in %d bytes", errDamaged, len(b))
	}
	t.pages = m.pages
	if err := t.walk(m.root, 0); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	if err := t.freelist(m.freelist); err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	return nil
}

type tree struct {
	file  []byte
	pages uint64 // high-water mark
	seen  map[uint64]bool
}

type meta struct{ root, freelist, pages, tx uint64 }

func (t *tree) newestMeta() (best meta, ok bool) {
	for i := range 2 {
		if len(t.file) < (i+1)*pageSize {
			break
		}
		b := t.file[i*pageSize+pageHeaderSize:]
		sum := fnv.New64a()
		sum.Write(b[:56])
		if u32le(b) != metaMagic || u32le(b[4:]) != metaVersion || u32le(b[8:]) != pageSize || u64le(b[56:]) != sum.Sum64() {
			continue
		}
		if m := (meta{root: u64le(b[16:]), freelist: u64le(b[32:]), pages: u64le(b[40:]), tx: u64le(b[48:])}); !ok || m.tx > best.tx {
			best, ok = m, true
		}
	}
	return best, ok
}

// page gives page id with its overflow, claimed so that nothing else may use it.
func (t *tree) page(id uint64) ([]byte, error) {
	if id < 2 || id >= t.pages || (id+1)*pageSize > uint64(len(t.file)) {
		return nil, fmt.Errorf("page %d of %d is outside", id, t.pages)
	}
	b := t.file[id*pageSize:]
	end := id + uint64(u32le(b[12:]))
	if u64le(b) != id || end >= t.pages || (end+1)*pageSize > uint64(len(t.file)) {
		return nil, fmt.Errorf("page %d is not itself", id)
	}
	for p := id; p <= end; p++ {
		if t.seen[p] {
			return nil, fmt.Errorf("page %d is used twice", p)
		}
		t.seen[p] = true
	}
	return b[:(end-id+1)*pageSize], nil
}

func (t *tree) walk(id uint64, depth int) error {
	p, err := t.page(id)
	if err != nil {
		return err
	}
	if depth > maxDepth {
		return fmt.Errorf("page %d is too deep", id)
	}
	switch flags := u16le(p[8:]); flags {
	case branchFlag:
		return t.branch(p, depth)
	case leafFlag:
		return t.leaf(p, depth)
	default:
		return fmt.Errorf("page %d has flags %#x", id, flags)
	}
}

func (t *tree) branch(p []byte, depth int) error {
	n := int(u16le(p[10:]))
	if n == 0 || pageHeaderSize+n*branchItemSize > len(p) {
		return fmt.Errorf("branch page %d has %d items", u64le(p), n)
	}
	for i := range n {
		at := pageHeaderSize + i*branchItemSize
		item := p[at:]
		if uint64(at)+uint64(u32le(item))+uint64(u32le(item[4:])) > uint64(len(p)) {
			return fmt.Errorf("branch page %d, item %d is outside", u64le(p), i)
		}
		if err := t.walk(u64le(item[8:]), depth+1); err != nil {
			return err
		}
	}
	return nil
}

// leaf checks a leaf page, or an inline bucket, which has the same layout.
func (t *tree) leaf(p []byte, depth int) error {
	if len(p) < pageHeaderSize || u16le(p[8:]) != leafFlag || depth > maxDepth {
		return fmt.Errorf("not a leaf page")
	}
	n := int(u16le(p[10:]))
	if pageHeaderSize+n*leafItemSize > len(p) {
		return fmt.Errorf("leaf page %d has %d items", u64le(p), n)
	}
	for i := range n {
		at := uint64(pageHeaderSize + i*leafItemSize)
		item := p[at:]
		value := at + uint64(u32le(item[4:])) + uint64(u32le(item[8:]))
		end := value + uint64(u32le(item[12:]))
		if end > uint64(len(p)) {
			return fmt.Errorf("leaf page %d, item %d is outside", u64le(p), i)
		}
		if u32le(item)&bucketFlag == 0 {
			continue
		}
		if err := t.bucket(p[value:end], depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (t *tree) bucket(v []byte, depth int) error {
	if len(v) < 16 {
		return fmt.Errorf("bucket of %d bytes", len(v))
	}
	if root := u64le(v); root != 0 {
		return t.walk(root, depth)
	}
	return t.leaf(v[16:], depth)
}

func (t *tree) freelist(id uint64) error {
	p, err := t.page(id)
	if err != nil {
		return err
	}
	n, ids := uint64(u16le(p[10:])), p[pageHeaderSize:]
	if n == 0xFFFF { // too many for 16 bits: the count is the first number
		n, ids = u64le(ids), ids[8:]
	}
	if u16le(p[8:]) != freelistFlag || n > uint64(len(ids)/8) {
		return fmt.Errorf("free list of %d pages", n)
	}
	for i := range n {
		if free := u64le(ids[8*i:]); free < 2 || free >= t.pages || t.seen[free] {
			return fmt.Errorf("page %d is free and in use", free)
		}
	}
	return nil
}

func u16le(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func u32le(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
func u64le(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }
