package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"checkpoint/cmd/internal/rig"
)

// writing counts what one scan on one lane writes, each scan a commit of its
// own. Nothing but green scans: the guard's answers would be counted too.
func (b *bench) writing(ctx context.Context, p *province) (err error) {
	own, err := rig.NewOwnDisk(ctx, filepath.Join(p.dir, "disk"), 256<<20)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, own.Close()) }()
	d, err := b.start(ctx, p, 1, setting{journal: own.Dir})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.End()) }()
	counted := make([]rig.Values[int64], counters)
	c := p.cards()
	for range b.written {
		before, err := count(d, own.Disk)
		if err != nil {
			return err
		}
		if err := pass(ctx, d, c); err != nil {
			return err
		}
		after, err := count(d, own.Disk)
		if err != nil {
			return err
		}
		for i := range counted {
			counted[i] = append(counted[i], after[i]-before[i])
		}
	}
	r := bytesRow("bytes written per scan, at the disk", counted[atDisk], fmt.Sprintf("%d scans apart, mean %s, with the file system's own writing; %s", b.written, kib(mean(counted[atDisk])), own.About))
	r.target, r.met = "mean ≤ "+kib(mostPerScan), mean(counted[atDisk]) <= mostPerScan
	b.table.add(r)
	b.table.add(bytesRow("the same, handed to write(2)", counted[handed], "wchar of /proc/PID/io, with about 50 bytes of trace; mean "+kib(mean(counted[handed]))))
	b.table.add(bytesRow("the same, memory made dirty", counted[dirtied], "write_bytes of /proc/PID/io: whole folios, of which only the written pages go to disk; mean "+kib(mean(counted[dirtied]))))
	return nil
}

// pass is one green scan, until the relay is at rest.
func pass(ctx context.Context, d *rig.Daemon, c *rig.Cards) error {
	payload, err := c.Green()
	if err != nil {
		return err
	}
	s := d.Stations[0]
	if err := s.Load(payload); err != nil {
		return err
	}
	if _, err := s.Fire(); err != nil {
		return err
	}
	if _, err := s.Await(ctx, "relay", true); err != nil {
		return err
	}
	return s.Rest(ctx)
}

// The counters of one daemon and its journal's disk, in bytes.
const (
	atDisk = iota
	handed
	dirtied
	counters
)

func count(d *rig.Daemon, k rig.Disk) (n [counters]int64, err error) {
	process, err := rig.Numbers(fmt.Sprintf("/proc/%d/io", d.PID()))
	if err != nil {
		return n, err
	}
	n[handed], n[dirtied] = process["wchar"], process["write_bytes"]
	n[atDisk], err = k.Written()
	return n, err
}

func bytesRow(what string, v rig.Values[int64], notes string) row {
	return row{what: what, p50: kib(v.Quantile(0.5)), p99: kib(v.Quantile(0.99)), most: kib(v.Quantile(1)), notes: notes}
}

func mean(v []int64) (sum int64) {
	for _, n := range v {
		sum += n
	}
	return sum / int64(max(len(v), 1))
}
