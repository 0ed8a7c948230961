package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// times are of N lookups, Read the mean of bytes read from the disk.
type times struct {
	N        int
	P50, P99 time.Duration
	Read     int64
}

func timed(r reader, tags []byte) (times, error) {
	n := len(tags) / tagSize
	if n == 0 {
		return times{}, nil
	}
	took := make([]time.Duration, 0, n)
	before, err := bytesRead()
	if err != nil {
		return times{}, err
	}
	for tag := range slices.Chunk(tags, tagSize) {
		started := time.Now()
		record, err := r.get(tag)
		took = append(took, time.Since(started))
		if err != nil {
			return times{}, err
		}
		if len(record) == 0 {
			return times{}, errMissing
		}
	}
	after, err := bytesRead()
	slices.Sort(took)
	return times{n, took[n/2], took[n*99/100], (after - before) / int64(n)}, err
}

// bytesRead is what this process had the disk read.
func bytesRead() (int64, error) {
	b, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return 0, err
	}
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		if n, ok := strings.CutPrefix(s.Text(), "read_bytes: "); ok {
			return strconv.ParseInt(n, 10, 64)
		}
	}
	return 0, io.ErrUnexpectedEOF
}

// forget has the kernel drop the pages of the files below dir.
func forget(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(unix.Fsync(int(f.Fd())), unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED), f.Close())
	})
}
