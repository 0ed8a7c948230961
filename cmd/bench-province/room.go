package main

import (
	"cmp"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// What a run takes on the disk. A million records and 100,000 people were 637 MB;
// while people are taken in they lie there twice.
const (
	bytesPerRecord = 700
	bytesPerPerson = 1000
	logAndSorting  = 6 << 30 // max_wal_size, and room for the largest index
	reserve        = 4 << 30 // that is never touched: others use the disk, too
)

// needs is how many bytes a run of that size takes, about.
func (b *bench) needs() uint64 {
	return uint64(b.wanted)*bytesPerRecord + uint64(b.province.People)*bytesPerPerson + logAndSorting
}

// room says beforehand what the run needs, and refuses one that the disk does not
// have.
func (b *bench) room() error {
	have, err := b.free()
	if err != nil {
		return err
	}
	fmt.Fprintf(b.io.Err, "needs about %s in %s (--keep or TMPDIR), %s are free\n", gigabytes(b.needs()), b.where(), gigabytes(have))
	if have < b.needs()+reserve {
		return fmt.Errorf("%s: %s are free, %s and %s of reserve are needed: fewer --records, or another --keep or TMPDIR", b.where(), gigabytes(have), gigabytes(b.needs()), gigabytes(reserve))
	}
	return nil
}

// enough is asked before each further part: what others write meanwhile counts, too.
func (b *bench) enough() error {
	have, err := b.free()
	if err == nil && have < reserve {
		err = fmt.Errorf("%s: only %s are free: stopped before the disk is full", b.where(), gigabytes(have))
	}
	return err
}

// free is what the disk has where the database lies.
func (b *bench) free() (uint64, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(b.where(), &s); err != nil {
		return 0, fmt.Errorf("%s: %w", b.where(), err)
	}
	return s.Bavail * uint64(s.Bsize), nil
}

func gigabytes(n uint64) string { return fmt.Sprintf("%.1f GB", float64(n)/1e9) }

// left is how long the rest takes at the pace so far.
func left(done, all int, since time.Duration) time.Duration {
	if done == 0 {
		return 0
	}
	return (since / time.Duration(done) * time.Duration(all-done)).Round(time.Second)
}

// where is a directory on the disk that the database lies on.
func (b *bench) where() string { return cmp.Or(b.keep, os.TempDir()) }
