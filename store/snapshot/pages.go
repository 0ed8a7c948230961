package snapshot

import "encoding/binary"

// A layer's file is one that bbolt reads, written page by page from front to
// back, since everything in it has its place beforehand:
//
//	page 0, 1  bbolt's meta pages, written last: before, it is no database
//	2…         units of 41 pages: the slots of two groups, and their 80 blocks,
//	           two to a page. The last unit has the pages it needs
//	           branch pages of the bucket "blocks", level by level, then of "groups"
//	           the bucket "head"; the buckets' names; the empty list of free pages
//
// Where a page lies follows from the number of blocks, what leads to it from
// where it lies. So the same blocks give the same file, on every machine.
const (
	pageSize   = 4096
	unitGroups = 2
	unitBlocks = unitGroups * groupSlots
	unitPages  = 1 + unitBlocks/2
	firstUnit  = 2 // page

	pageHead      = 16 // bbolt's: id 8, flags 2, count 2, further pages 4
	elementHead   = 16 // of a leaf: flags 4, position 4, length of key 4, of value 4
	branchElement = 16 + numberSize
	branchFan     = (pageSize - pageHead) / branchElement
	numberSize    = 4 // a key: block or group number
)

// The kinds of bbolt's pages and elements.
const (
	pageBranch    = 1
	pageLeaf      = 2
	pageMeta      = 4
	pageFreelist  = 16
	bucketElement = 1
)

// filePlan tells where everything in a layer's file lies.
type filePlan struct {
	blocks, groups uint32
	head           int // bytes of the head's values
}

func planFile(header []byte, blocks uint32) filePlan {
	groups := (blocks + groupSlots - 1) / groupSlots
	return filePlan{blocks, groups, len(header) + int(groups)*slotSize}
}

func (p *filePlan) units() uint32 { return (p.groups + unitGroups - 1) / unitGroups }

// unitAt is the offset of unit n; of one past the last, where the branch pages
// begin.
func (p *filePlan) unitAt(n uint32) int64 {
	pages := firstUnit + int64(n)*unitPages
	if n == p.units() {
		pages = firstUnit + int64(n) + int64(p.blockLeaves())
	}
	return pages * pageSize
}

func (p *filePlan) blockLeaves() uint32 { return (p.blocks + 1) / 2 }

// groupPage and blockPage are the page of the leaf that begins with the group
// or block.
func groupPage(n uint32) uint64 { return firstUnit + uint64(n/unitGroups)*unitPages }

func blockPage(n uint32) uint64 {
	return groupPage(n/groupSlots) + 1 + uint64(n%unitBlocks/2)
}

// putGroup puts a group's slots where they belong in the pages of its unit.
func (p *filePlan) putGroup(unit []byte, n uint32, slots []byte) {
	putValue(unit[:pageSize], groupPage(n), min(unitGroups, p.groups-n/unitGroups*unitGroups), n, slots)
}

// putBlock puts a block where it belongs in the pages of its unit.
func (p *filePlan) putBlock(unit []byte, n uint32, b []byte) {
	at := (1 + n%unitBlocks/2) * pageSize
	putValue(unit[at:at+pageSize], blockPage(n), min(2, p.blocks-n/2*2), n, b)
}

// putValue puts value n into a leaf page of count values, of which those before
// are there; the first number of a page is even.
func putValue(page []byte, id uint64, count, n uint32, value []byte) {
	at := pageHead + int(count)*elementHead
	element := page[pageHead:]
	if n%2 == 0 {
		clear(page)
		putPageHead(page, id, pageLeaf, int(count), 0)
	} else {
		at += numberSize + int(binary.LittleEndian.Uint32(element[12:]))
		element = element[elementHead:]
	}
	putElement(element, 0, at-(len(page)-len(element)), numberSize, len(value))
	binary.BigEndian.PutUint32(page[at:], n)
	copy(page[at+numberSize:], value)
}

// valuesOf reads what putValue put, without believing any of it: a view of each
// of the values, nil where there is none.
func valuesOf(page []byte) (values [2][]byte) {
	for i := range values {
		element := page[pageHead+i*elementHead:]
		at := pageHead + i*elementHead + int(binary.LittleEndian.Uint32(element[4:])) + numberSize
		end := at + int(binary.LittleEndian.Uint32(element[12:]))
		if 0 <= at && at <= end && end <= len(page) && i < int(binary.LittleEndian.Uint16(page[10:])) {
			values[i] = page[at:end]
		}
	}
	return values
}

func putPageHead(page []byte, id uint64, kind uint16, count, further int) {
	binary.LittleEndian.PutUint64(page, id)
	binary.LittleEndian.PutUint16(page[8:], kind)
	binary.LittleEndian.PutUint16(page[10:], uint16(count))
	binary.LittleEndian.PutUint32(page[12:], uint32(further))
}

// putElement says where key and value lie, counted from the element's own place.
func putElement(b []byte, flags uint32, position, key, value int) {
	binary.LittleEndian.PutUint32(b, flags)
	binary.LittleEndian.PutUint32(b[4:], uint32(position))
	binary.LittleEndian.PutUint32(b[8:], uint32(key))
	binary.LittleEndian.PutUint32(b[12:], uint32(value))
}
