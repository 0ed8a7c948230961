package lossfs

import (
	"math/rand/v2"
	"sync"
	"syscall"
)

const (
	blockSize  = 4096
	sectorSize = 512 // the unit a card writes whole or not at all
)

// disk is the model behind the mount: what is there now, and what would still
// be there after a power cut. One lock guards every file and directory.
type disk struct {
	mu       sync.Mutex
	root     *dir
	capacity int64 // bytes; 0: no limit
	used     int64 // bytes of allocated blocks, linked or still open
	frozen   bool
	fuse     int64 // operations left before the power goes; negative: stays on
	count    Counters
}

// Counters add up since the mount or the last [FS.ResetCounters].
type Counters struct {
	Bytes    int64 // bytes written to files
	Writes   int64 // write calls
	Syncs    int64 // fsync and fdatasync of files
	DirSyncs int64 // fsync of directories
	Changes  int64 // all of these, and names made, changed and removed
}

// dir maps names to *file or *dir.
type dir struct {
	cur, dur map[string]any
}

// file is sparse: a block that was never written reads as zeros and takes no space.
type file struct {
	cur, dur         map[int64]*[blockSize]byte
	curSize, durSize int64
	dirty            map[int64]bool // unsynced sectors by number
}

func newDisk(capacity int64) *disk {
	return &disk{root: newDir(), capacity: capacity, fuse: -1}
}

func newDir() *dir { return &dir{cur: map[string]any{}, dur: map[string]any{}} }

func newFile() *file {
	return &file{cur: map[int64]*[blockSize]byte{}, dur: map[int64]*[blockSize]byte{}, dirty: map[int64]bool{}}
}

// change admits one operation that alters the disk; after a power cut none is.
// The caller holds the lock.
func (d *disk) change() syscall.Errno {
	if d.fuse == 0 {
		d.frozen = true
	}
	if d.frozen {
		return syscall.EIO
	}
	if d.fuse > 0 {
		d.fuse--
	}
	d.count.Changes++
	return 0
}

func (d *disk) write(f *file, data []byte, off int64) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.change(); e != 0 {
		return e
	}
	if e := d.reserve(f, off, int64(len(data))); e != 0 {
		return e
	}
	d.count.Writes++
	d.count.Bytes += int64(len(data))
	f.put(data, off)
	return 0
}

// reserve allocates the blocks a write needs, all or none.
func (d *disk) reserve(f *file, off, n int64) syscall.Errno {
	var missing []int64
	for b := off / blockSize; b*blockSize < off+n; b++ {
		if f.cur[b] == nil {
			missing = append(missing, b)
		}
	}
	need := int64(len(missing)) * blockSize
	if need > 0 && d.capacity > 0 && d.used+need > d.capacity {
		return syscall.ENOSPC
	}
	d.used += need
	for _, b := range missing {
		f.cur[b] = new([blockSize]byte)
	}
	return 0
}

func (f *file) put(data []byte, off int64) {
	for s := off / sectorSize; s*sectorSize < off+int64(len(data)); s++ {
		f.dirty[s] = true
	}
	f.curSize = max(f.curSize, off+int64(len(data)))
	for len(data) > 0 {
		n := copy(f.cur[off/blockSize][off%blockSize:], data)
		data, off = data[n:], off+int64(n)
	}
}

func (d *disk) read(f *file, dest []byte, off int64) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	dest = dest[:max(0, min(int64(len(dest)), f.curSize-off))]
	for done := 0; done < len(dest); {
		at := off + int64(done)
		n := min(len(dest)-done, int(blockSize-at%blockSize))
		if b := f.cur[at/blockSize]; b != nil {
			copy(dest[done:done+n], b[at%blockSize:])
		} else {
			clear(dest[done : done+n])
		}
		done += n
	}
	return len(dest)
}

func (d *disk) truncate(f *file, size int64) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.change(); e != 0 {
		return e
	}
	for b, data := range f.cur {
		switch start := b * blockSize; {
		case start >= size:
			delete(f.cur, b)
			d.used -= blockSize
		case start+blockSize > size:
			clear(data[size-start:])
			for s := size / sectorSize; s*sectorSize < start+blockSize; s++ {
				f.dirty[s] = true
			}
		}
	}
	f.curSize = size
	return 0
}

func (d *disk) syncFile(f *file) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.change(); e != 0 {
		return e
	}
	d.count.Syncs++
	f.persist(func() bool { return true })
	return 0
}

// persist makes the file's size and those unsynced sectors durable that keep
// chooses; keep is asked once for the size.
func (f *file) persist(keep func() bool) {
	for s := range f.dirty {
		if keep() {
			f.persistSector(s)
		}
	}
	clear(f.dirty)
	if keep() {
		f.durSize = f.curSize
		for b := range f.dur {
			if f.cur[b] == nil {
				delete(f.dur, b)
			}
		}
	}
}

func (f *file) persistSector(s int64) {
	b, at := s*sectorSize/blockSize, s*sectorSize%blockSize
	from := f.cur[b]
	if from == nil {
		return // cut off by a truncate since
	}
	if f.dur[b] == nil {
		f.dur[b] = new([blockSize]byte)
	}
	copy(f.dur[b][at:at+sectorSize], from[at:])
}

func (d *disk) syncDir(v *dir) syscall.Errno {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e := d.change(); e != 0 {
		return e
	}
	d.count.DirSyncs++
	v.persist()
	return 0
}

func (v *dir) persist() {
	clear(v.dur)
	for name, n := range v.cur {
		v.dur[name] = n
	}
}

// tear persists a random part of everything unsynced, at odds of p, below v.
func (v *dir) tear(rng *rand.Rand, p float64) {
	keep := func() bool { return rng.Float64() < p }
	if keep() {
		v.persist()
	}
	for _, n := range v.dur {
		switch n := n.(type) {
		case *file:
			n.persist(keep)
		case *dir:
			n.tear(rng, p)
		}
	}
}
