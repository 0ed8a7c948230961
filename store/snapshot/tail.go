package snapshot

import (
	"encoding/binary"
	"hash/fnv"
	"io"
)

// What leads to the pages of a layer's file: all of it follows from the number
// of blocks, but for the head's two values.

// numbered are the pages of a bucket whose keys are numbers.
type numbered struct {
	leaves uint32
	page   func(leaf uint32) uint64 // where leaf n lies
	first  uint64                   // of its branch pages
}

func (p *filePlan) buckets() (blocks, groups numbered) {
	end := uint64(p.unitAt(p.units()) / pageSize)
	blocks = numbered{p.blockLeaves(), func(n uint32) uint64 { return blockPage(2 * n) }, end}
	groups = numbered{p.units(), func(n uint32) uint64 { return groupPage(unitGroups * n) }, end + blocks.branches()}
	return blocks, groups
}

// above is how many branch pages lead to so many pages.
func above(pages uint32) uint32 { return (pages + branchFan - 1) / branchFan }

// branches is how many branch pages the bucket has: none over a single leaf.
func (b *numbered) branches() (n uint64) {
	for level := b.leaves; level > 1; n += uint64(level) {
		level = above(level)
	}
	return n
}

// root is the page at which a search begins.
func (b *numbered) root() uint64 {
	if b.leaves == 1 {
		return b.page(0)
	}
	return b.first + b.branches() - 1
}

// writeBranches writes the branch pages, the lowest level first.
func (b *numbered) writeBranches(w io.Writer) error {
	page := make([]byte, pageSize)
	next, child, perChild := b.first, b.page, uint32(2) // each leaf has two values
	for level := b.leaves; level > 1; level = above(level) {
		below := level
		for n := range above(below) {
			putBranch(page, next+uint64(n), n*branchFan, min(branchFan, below-n*branchFan), child, perChild)
			if _, err := w.Write(page); err != nil {
				return err
			}
		}
		first := next
		child = func(n uint32) uint64 { return first + uint64(n) }
		next, perChild = next+uint64(above(below)), perChild*branchFan
	}
	return nil
}

// putBranch leads to count pages from number first on, each of which begins
// with the key that is its number times perChild.
func putBranch(page []byte, id uint64, first, count uint32, child func(uint32) uint64, perChild uint32) {
	clear(page)
	putPageHead(page, id, pageBranch, int(count), 0)
	for i := range count {
		at, key := pageHead+int(i)*16, pageHead+int(count)*16+int(i)*numberSize
		binary.LittleEndian.PutUint32(page[at:], uint32(key-at))
		binary.LittleEndian.PutUint32(page[at+4:], numberSize)
		binary.LittleEndian.PutUint64(page[at+8:], child(first+i))
		binary.BigEndian.PutUint32(page[key:], (first+i)*perChild)
	}
}

// leafItem is a key with its value.
type leafItem struct {
	flags uint32
	key   []byte
	value []byte
}

// leafOf is a leaf, in as many pages as it takes.
func leafOf(id uint64, items ...leafItem) []byte {
	size := pageHead
	for _, it := range items {
		size += elementHead + len(it.key) + len(it.value)
	}
	pages := (size + pageSize - 1) / pageSize
	leaf := make([]byte, pages*pageSize)
	putPageHead(leaf, id, pageLeaf, len(items), pages-1)
	at := pageHead + len(items)*elementHead
	for i, it := range items {
		element := pageHead + i*elementHead
		putElement(leaf[element:], it.flags, at-element, len(it.key), len(it.value))
		at += copy(leaf[at:], it.key)
		at += copy(leaf[at:], it.value)
	}
	return leaf
}

// headAt is the page of the bucket "head".
func (p *filePlan) headAt() uint64 {
	_, groups := p.buckets()
	return groups.first + groups.branches()
}

// headPages is how many pages it takes.
func (p *filePlan) headPages() uint64 {
	size := pageHead + 2*elementHead + len(keyGroups) + len(keyHeader) + p.head
	return uint64((size + pageSize - 1) / pageSize)
}

// groupsAt is the offset of the slots of all groups.
func (p *filePlan) groupsAt() int64 {
	return int64(p.headAt())*pageSize + pageHead + 2*elementHead + int64(len(keyGroups))
}

// rootAt is the page with the names of the buckets. The list of free pages
// follows, and is the last page.
func (p *filePlan) rootAt() uint64 { return p.headAt() + p.headPages() }

func (p *filePlan) size() int64 { return int64(p.rootAt()+2) * pageSize }

// writeTail writes all that stands behind the units.
func (p *filePlan) writeTail(w io.Writer, header, groupSlots []byte) error {
	blocks, groups := p.buckets()
	if err := blocks.writeBranches(w); err != nil {
		return err
	}
	if err := groups.writeBranches(w); err != nil {
		return err
	}
	if _, err := w.Write(leafOf(p.headAt(), leafItem{0, keyGroups, groupSlots}, leafItem{0, keyHeader, header})); err != nil {
		return err
	}
	bucket := func(name []byte, root uint64) leafItem {
		value := make([]byte, 16) // and a sequence number that nobody uses
		binary.LittleEndian.PutUint64(value, root)
		return leafItem{bucketElement, name, value}
	}
	names := leafOf(p.rootAt(), bucket(bucketBlocks, blocks.root()), bucket(bucketGroups, groups.root()), bucket(bucketHead, p.headAt()))
	free := make([]byte, pageSize)
	putPageHead(free, p.rootAt()+1, pageFreelist, 0, 0)
	_, err := w.Write(append(names, free...))
	return err
}

// metas are the two meta pages: with them the file is a database.
func (p *filePlan) metas() []byte {
	const magic, version = 0xED0CDAED, 2
	pages := make([]byte, 2*pageSize)
	for n := range uint64(2) {
		page := pages[n*pageSize:][:pageSize]
		putPageHead(page, n, pageMeta, 0, 0)
		meta := page[pageHead:]
		binary.LittleEndian.PutUint32(meta, magic)
		binary.LittleEndian.PutUint32(meta[4:], version)
		binary.LittleEndian.PutUint32(meta[8:], pageSize)
		binary.LittleEndian.PutUint64(meta[16:], p.rootAt())
		binary.LittleEndian.PutUint64(meta[32:], p.rootAt()+1) // free pages
		binary.LittleEndian.PutUint64(meta[40:], p.rootAt()+2) // pages in all
		binary.LittleEndian.PutUint64(meta[48:], n)            // transaction
		sum := fnv.New64a()
		sum.Write(meta[:56])
		binary.LittleEndian.PutUint64(meta[56:], sum.Sum64())
	}
	return pages
}
