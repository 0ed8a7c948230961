package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint/cmd/internal/report"
	"checkpoint/cmd/internal/rig"
	"checkpoint/store/build/sample"
	"checkpoint/store/snapshot"
)

// Snapshots that arrive; the lookups have those from 1 to 3.
const (
	newBase = 12
	newHour = 13
)

const (
	targetLoad    = 1.3       // of the time to write the bytes once
	targetAnon    = 64 << 20  // bytes
	targetLamp    = 2.0       // of the lamp's p99 on an idle box
	targetWire    = 2.0       // of the logical bytes
	targetWritten = 3.0       // of the logical bytes
	targetActive  = 2.0       // seconds
	limitedPeople = 1_000_000 // whose base takes a minute and a half at the default limit
)

// measureArrival has a box take a new base in as fast as it can, and then an
// hour's changes.
func measureArrival(o *options, p *province, t *report.Table) (err error) {
	if err := p.base(1, o.people, o.seed); err != nil {
		return err
	}
	if err := p.base(newBase, o.people, o.seed); err != nil {
		return err
	}
	b, err := newBox(p, o.people, o.seed, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.load(t); err != nil {
		return err
	}
	return b.hour(o, t)
}

// load measures a whole base without a limit.
func (b *box) load(t *report.Table) error {
	_, size, err := b.layer(newBase)
	if err != nil {
		return err
	}
	once, err := b.writeOnce(size)
	if err != nil {
		return err
	}
	if err := b.publish(newBase); err != nil {
		return err
	}
	before, err := b.disk.Written()
	if err != nil {
		return err
	}
	waited := rig.PressureNow()
	if err := b.start("limit_kbps = 0"); err != nil {
		return err
	}
	m, err := b.until(newBase, 1)
	if err != nil {
		return err
	}
	busy := waited.String()
	took := m.active.Sub(b.mirror.now().layer)
	after, err := b.settled()
	if err != nil {
		return err
	}
	again, err := b.writeOnce(size)
	if err != nil {
		return err
	}
	mean := (once + again) / 2
	ratio := took.Seconds() / mean.Seconds()
	t.Add("full load over HTTPS, no limit", "≤ 1.3× writing once: "+report.Verdict(ratio, targetLoad), fmt.Sprintf("%.1f s, %.2f×", took.Seconds(), ratio), fmt.Sprintf("%.1f MB from the first byte asked for until the daemon uses them, proven as they come and read back from the disk, while it scans; writing as many to the same disk and syncing took %.1f s before and %.1f s afterwards; server, daemon and benchmark share the machine; %s", float64(size)/1e6, once.Seconds(), again.Seconds(), busy))
	t.Add("bytes written for it, at the disk", "–", fmt.Sprintf("%.2f×", float64(after-before)/float64(size)), "of the layer's size; records of the scans are among them; "+b.disk.About)
	t.Add("RssAnon meanwhile", "≤ 64 MB: "+report.Verdict(m.MostAnon, targetAnon), fmt.Sprintf("%.1f MB", float64(m.MostAnon)/(1<<20)), "the most of samples every 100 ms")
	t.Add("last serial byte → lamp meanwhile: p50 / p99", "–", lamps(m.Latencies), fmt.Sprintf("%d scans", len(m.Lamp)))
	return nil
}

// settled is the disk's counter once the file system has nothing left to write.
func (b *box) settled() (int64, error) {
	unix.Sync()
	time.Sleep(6 * time.Second) // ext4 commits its journal every 5 s
	unix.Sync()
	return b.disk.Written()
}

// hour measures a layer of 0.1 % changes.
func (b *box) hour(o *options, t *report.Table) error {
	path, err := b.some("hour.csv", max(o.people/1000, 10))
	if err != nil {
		return err
	}
	if _, err := b.build(newHour, "hourly", path, "--doses", b.sheet(sample.DosesFile)); err != nil {
		return err
	}
	before, err := b.settled()
	if err != nil {
		return err
	}
	b.mirror.reset()
	if err := b.publish(newHour); err != nil {
		return err
	}
	m, err := b.until(newHour, 0)
	if err != nil {
		return err
	}
	seen := b.mirror.now()
	after, err := b.settled()
	if err != nil {
		return err
	}
	ref, _, err := b.layer(newHour)
	if err != nil {
		return err
	}
	logical := logicalBytes(ref.Header)
	took := m.active.Sub(seen.looked)
	wire, written := float64(seen.sent)/float64(logical), float64(after-before)/float64(logical)
	t.Add("an hour's layer, 0.1 % changed: on the wire", "≤ 2× the logical bytes: "+report.Verdict(wire, targetWire), fmt.Sprintf("%.2f×", wire), fmt.Sprintf("%d bytes with all metadata for %d people and %d further documents; logical: a tag of 16 bytes for each, 48 of a person's record, 8 of a document's", seen.sent, ref.Header.People, ref.Header.Aliases))
	t.Add("bytes written for it, at the disk", "≤ 3×: "+report.Verdict(written, targetWritten), fmt.Sprintf("%.2f×", written), fmt.Sprintf("%d bytes, with the file system's own; %s", after-before, b.disk.About))
	t.Add("time to active", "≤ 2 s: "+report.Verdict(took.Seconds(), targetActive), fmt.Sprintf("%.2f s", took.Seconds()), "from the box's first question until its daemon uses the layer; before that comes the random wait that keeps 500 boxes apart")
	return nil
}

// logicalBytes are those of a layer's entries without what packs and proves
// them: tag and record.
func logicalBytes(h snapshot.Header) int64 {
	const record, alias = 48, 8
	return int64(h.People)*(snapshot.TagSize+record) + int64(h.Aliases)*(snapshot.TagSize+alias) + int64(h.Tombstones)*snapshot.TagSize
}

// measureLimited has a box scan while a base arrives at the default limit. The
// province is smaller, or it would take long; the rate is the same.
func measureLimited(o *options, whole *province, t *report.Table) (err error) {
	people := min(o.people, limitedPeople)
	p := whole.part("limited")
	for _, n := range []int{1, newBase} {
		if err := p.base(n, people, o.seed); err != nil {
			return err
		}
	}
	b, err := newBox(p, people, o.seed, 1)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	if err := b.start(""); err != nil {
		return err
	}
	waited := rig.PressureNow()
	idle, err := b.until(0, o.scans)
	if err != nil {
		return err
	}
	calm := waited.String()
	if err := b.publish(newBase); err != nil {
		return err
	}
	for b.mirror.now().layer.IsZero() { // the look that finds it is not far
		if err := b.ctx.Err(); err != nil {
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
	waited = rig.PressureNow()
	m, err := b.until(newBase, 1)
	if err != nil {
		return err
	}
	ratio := m.Lamp.Quantile(0.99).Seconds() / idle.Lamp.Quantile(0.99).Seconds()
	t.Add("last serial byte → lamp while a base arrives at the default limit: p50 / p99", "p99 ≤ 2× idle: "+report.Verdict(ratio, targetLamp), fmt.Sprintf("%s, %.2f×", lamps(m.Latencies), ratio), fmt.Sprintf("%d people; %d scans in %.0f s, until the new base is in use; %s; idle: %s in %d scans, %s", people, len(m.Lamp), m.active.Sub(b.mirror.now().layer).Seconds(), waited, lamps(idle.Latencies), len(idle.Lamp), calm))
	return nil
}

func lamps(l rig.Latencies) string {
	return fmt.Sprintf("%.2f / %.2f ms", l.Lamp.Quantile(0.5).Seconds()*1000, l.Lamp.Quantile(0.99).Seconds()*1000)
}

// base builds snapshot n of all the people, if it is not there yet.
func (p *province) base(n, people int, seed uint64) error {
	if err := p.sample(people, seed); err != nil {
		return err
	}
	if err := p.makeKeys(); err != nil {
		return err
	}
	if _, _, err := snapshot.ReadBundle(p.snapshot(n)); err == nil {
		if ref, _, err := p.layer(n); err == nil && ref.Header.Kind == snapshot.LayerBase {
			return nil
		}
	}
	_, err := p.build(n, "base", p.sheet(sample.PeopleFile), "--doses", p.sheet(sample.DosesFile), "--cases", p.sheet(sample.CasesFile), "--withdrawn", p.sheet(sample.WithdrawnFile), "--policy", filepath.Join(p.path("sample"), "policy.toml"))
	return err
}
