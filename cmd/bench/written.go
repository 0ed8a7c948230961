package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// writing counts what one scan on one lane writes, each scan a commit of its
// own. Nothing but green scans: the guard's answers would be counted too.
func (b *bench) writing(ctx context.Context, p *province) (err error) {
	own, err := ownDisk(ctx, filepath.Join(p.dir, "disk"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, own.close()) }()
	d, err := b.start(ctx, p, 1, setting{journal: own.dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.end()) }()
	counted := make([]values[int64], counters)
	c := &cards{province: p}
	for range b.written {
		before, err := d.count(own.disk)
		if err != nil {
			return err
		}
		if err := d.pass(ctx, c); err != nil {
			return err
		}
		after, err := d.count(own.disk)
		if err != nil {
			return err
		}
		for i := range counted {
			counted[i] = append(counted[i], after[i]-before[i])
		}
	}
	r := bytesRow("bytes written per scan, at the disk", counted[atDisk], fmt.Sprintf("%d scans apart, mean %s, with the file system's own writing; %s", b.written, kib(mean(counted[atDisk])), own.about))
	r.target, r.met = "mean ≤ "+kib(mostPerScan), mean(counted[atDisk]) <= mostPerScan
	b.table.add(r)
	b.table.add(bytesRow("the same, handed to write(2)", counted[handed], "wchar of /proc/PID/io, with about 50 bytes of trace; mean "+kib(mean(counted[handed]))))
	b.table.add(bytesRow("the same, memory made dirty", counted[dirtied], "write_bytes of /proc/PID/io: whole folios, of which only the written pages go to disk; mean "+kib(mean(counted[dirtied]))))
	return nil
}

// pass is one green scan, until the relay is at rest.
func (d *daemon) pass(ctx context.Context, c *cards) error {
	payload, err := c.green()
	if err != nil {
		return err
	}
	s := d.stations[0]
	if err := s.load(payload); err != nil {
		return err
	}
	if _, err := s.fire(); err != nil {
		return err
	}
	if _, err := s.await(ctx, "relay", true); err != nil {
		return err
	}
	return s.rest(ctx)
}

// The counters of one daemon and its journal's disk, in bytes.
const (
	atDisk = iota
	handed
	dirtied
	counters
)

func (d *daemon) count(k disk) (n [counters]int64, err error) {
	process, err := numbers(fmt.Sprintf("/proc/%d/io", d.process.Process.Pid))
	if err != nil {
		return n, err
	}
	n[handed], n[dirtied] = process["wchar"], process["write_bytes"]
	n[atDisk], err = k.written()
	return n, err
}

func bytesRow(what string, v values[int64], notes string) row {
	return row{what: what, p50: kib(v.quantile(0.5)), p99: kib(v.quantile(0.99)), most: kib(v.quantile(1)), notes: notes}
}

func mean(v []int64) (sum int64) {
	for _, n := range v {
		sum += n
	}
	return sum / int64(max(len(v), 1))
}

// disk is the block device below a directory.
type disk struct{ name, dir string }

func diskOf(path string) (disk, error) {
	var s unix.Stat_t
	if err := unix.Stat(path, &s); err != nil {
		return disk{}, fmt.Errorf("find disk of %s: %w", path, err)
	}
	dir, err := filepath.EvalSymlinks(fmt.Sprintf("/sys/dev/block/%d:%d", unix.Major(s.Dev), unix.Minor(s.Dev)))
	return disk{filepath.Base(dir), dir}, err
}

// written is the bytes written to the disk since the machine started.
func (k disk) written() (int64, error) {
	text, err := os.ReadFile(filepath.Join(k.dir, "stat"))
	if err != nil {
		return 0, err
	}
	const sectorsWritten = 6 // Documentation/block/stat.rst: always 512 bytes each
	fields := strings.Fields(string(text))
	if len(fields) <= sectorsWritten {
		return 0, errors.New("read disk statistics: too few fields")
	}
	n, err := strconv.ParseInt(fields[sectorsWritten], 10, 64)
	return n * 512, err
}
