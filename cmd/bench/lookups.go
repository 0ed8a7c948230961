package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint"
	"checkpoint/cmd/internal/rig"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/store/build/input"
	"checkpoint/store/build/sample"
	"checkpoint/store/fold"
	"checkpoint/store/snapshot"
)

// lookupRows measures lookups in this process: each of the cold ones in a
// snapshot opened anew, of which the kernel holds no page but those that the
// opening needs.
func (b *bench) lookupRows(p *province) error {
	box, _, err := snapshots.Store(p.state())
	if err != nil {
		return err
	}
	layer, err := p.layer()
	if err != nil {
		return err
	}
	l := lookups{box: box, layer: layer, province: p}
	for _, sort := range []struct {
		name string
		who  func(i int) checkpoint.Query
		hit  bool
	}{{"hit", l.known, true}, {"miss", l.stranger, false}} {
		busy := rig.PressureNow()
		cold, err := l.cold(b.lookups, sort.who, sort.hit)
		if err != nil {
			return err
		}
		warm, err := l.warm(b.lookups, sort.who, sort.hit)
		if err != nil {
			return err
		}
		b.table.add(within("lookup, file cold, "+sort.name, cold.took, lookupWithin, fmt.Sprintf("%d lookups, closed, forgotten (POSIX_FADV_DONTNEED) and opened before each; of the file's %d pages mincore(2) saw at most %d in memory before opening and %d after; %s", b.lookups, cold.pages, cold.left, cold.open, busy)))
		b.table.add(bytesRow("bytes read for it", cold.read, "/proc/self/io"))
		b.table.add(within("lookup, file warm, "+sort.name, warm, 0, fmt.Sprintf("%d lookups, each the second of its person", b.lookups)))
	}
	return nil
}

type lookups struct {
	box      *snapshot.Box
	layer    string
	province *province
}

// known is a query for someone in the data.
func (l *lookups) known(i int) checkpoint.Query {
	return query(l.province.Person((i*rig.Spread + sample.MinPeople) % l.province.people))
}

// stranger asks for a number of the same shape that nobody has: persons beyond
// the province's size are not in its data.
func (l *lookups) stranger(i int) checkpoint.Query {
	return query(l.province.Person(l.province.people + i))
}

func query(p sample.Person) checkpoint.Query {
	return checkpoint.Query{Kind: input.KindOf(p.Number), Number: p.Number, Birth: p.Birth, NameFold: fold.Name(p.FullName), Sex: p.Sex, Issued: p.Issued}
}

type coldLookups struct {
	took              rig.Values[time.Duration]
	read              rig.Values[int64]
	pages, left, open int // of the file; still in memory when forgotten; when opened
}

func (l *lookups) cold(n int, who func(int) checkpoint.Query, hit bool) (c coldLookups, err error) {
	for i := range n {
		if err := forget(l.layer); err != nil {
			return c, err
		}
		left, pages, err := resident(l.layer)
		if err != nil {
			return c, err
		}
		c.pages, c.left = pages, max(c.left, left)
		if err := l.coldOne(who(i), hit, &c); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (l *lookups) coldOne(q checkpoint.Query, hit bool, c *coldLookups) error {
	r, err := l.box.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	open, _, err := resident(l.layer)
	if err != nil {
		return err
	}
	c.open = max(c.open, open)
	before, err := rig.Numbers("/proc/self/io")
	if err != nil {
		return err
	}
	took, err := timed(r, q, hit)
	if err != nil {
		return err
	}
	after, err := rig.Numbers("/proc/self/io")
	c.took, c.read = append(c.took, took), append(c.read, after["read_bytes"]-before["read_bytes"])
	return err
}

func (l *lookups) warm(n int, who func(int) checkpoint.Query, hit bool) (v rig.Values[time.Duration], err error) {
	r, err := l.box.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	for i := range n {
		if _, err := timed(r, who(i), hit); err != nil {
			return nil, err
		}
		took, err := timed(r, who(i), hit)
		if err != nil {
			return nil, err
		}
		v = append(v, took)
	}
	return v, nil
}

func timed(r *snapshot.Register, q checkpoint.Query, hit bool) (time.Duration, error) {
	started := time.Now()
	m, err := r.Lookup(q)
	took := time.Since(started)
	if err == nil && (m.Found != hit || m.Opened != hit) {
		err = errors.New("lookup: not the answer that was expected")
	}
	return took, err
}

// forget has the kernel drop a file's pages; nobody may have it mapped.
func forget(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil { // what is not on disk yet cannot be dropped
		return err
	}
	return unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
}

// resident counts a file's pages that the kernel holds in memory.
func resident(path string) (held, pages int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return 0, 0, err
	}
	m, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return 0, 0, err
	}
	defer unix.Munmap(m)
	pages = (len(m) + os.Getpagesize() - 1) / os.Getpagesize()
	in := make([]byte, pages)
	if err := mincore(m, in); err != nil {
		return 0, 0, fmt.Errorf("mincore: %w", err)
	}
	for _, p := range in {
		held += int(p & 1)
	}
	return held, pages, nil
}
