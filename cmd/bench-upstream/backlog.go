package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"

	"checkpoint"
	"checkpoint/cmd/internal/report"
	"checkpoint/cmd/internal/rig"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/store/journal"
	"checkpoint/store/keys"
)

const (
	drainWithin   = time.Minute
	mostOverBody  = 12.0
	mostAnonymous = 32 << 20 // bytes

	// daemonRecords wait in the journal of the daemon that is watched: more
	// than a day of a busy box.
	daemonRecords = 30_000
)

// mains is a box with a real journal.
type mains struct {
	name string
	*journal.Journal
}

// backlog lets many journals drain at once.
func (b *bench) backlog(ctx context.Context, p *province) (err error) {
	boxes, err := b.fill(ctx, p)
	if err != nil {
		return err
	}
	defer func() {
		for _, x := range boxes {
			err = errors.Join(err, x.Close())
		}
	}()
	wire, err := newRelay(p.Broker.Addr())
	if err != nil {
		return err
	}
	waited, before := rig.PressureNow(), p.busy()
	began := time.Now() // the daemon's own records count as well
	d, err := p.daemon(ctx)
	if err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	seen := make(chan error, 1)
	var memory rig.Memory
	go func() { var err error; memory, err = watch(watching, d); seen <- err }()
	err = b.profiled(func() error { return b.drain(ctx, p, boxes, wire) })
	took, busy := time.Since(began), p.busy().since(before)+"; "+waited.String()
	stop()
	if err := errors.Join(err, <-seen, d.End()); err != nil {
		return err
	}
	return b.reportBacklog(ctx, p, wire, took, busy, memory)
}

// fill writes the backlog, as lanes would have, and the daemon's.
func (b *bench) fill(ctx context.Context, p *province) (boxes []mains, err error) {
	bar := progressbar.NewOptions(b.records+daemonRecords, progressbar.OptionSetWriter(b.io.Err), progressbar.OptionSetDescription("fill the journals"), progressbar.OptionShowCount(), progressbar.OptionThrottle(time.Second))
	if err := makeDirs(filepath.Join(b.dir, "tokens")); err != nil {
		return nil, err
	}
	var work sync.WaitGroup
	problems := make(chan error, b.boxes+1)
	fill := func(j *journal.Journal, n int) { work.Go(func() { problems <- write(ctx, j, n, bar) }) }
	for i := range b.boxes {
		name := fmt.Sprintf("cho-%04d", i)
		_, key, err := ed25519.GenerateKey(nil)
		if err != nil {
			return boxes, err
		}
		j, err := p.journal(filepath.Join(b.dir, "journals", name), name, key)
		if err != nil {
			return boxes, err
		}
		boxes = append(boxes, mains{name, j})
		fill(j, b.records/b.boxes)
	}
	key, err := keys.BoxSigner(filepath.Join(p.state, snapshots.BoxKeyFile))
	if err != nil {
		return boxes, err
	}
	own, err := p.journal(filepath.Join(p.state, "journal"), daemonBox, key)
	if err != nil {
		return boxes, err
	}
	fill(own, daemonRecords)
	work.Wait()
	for range b.boxes + 1 {
		err = errors.Join(err, <-problems)
	}
	return boxes, errors.Join(err, own.Close(), bar.Finish())
}

func (p *province) journal(dir, box string, key ed25519.PrivateKey) (*journal.Journal, error) {
	return journal.Open(journal.Options{Dir: dir, Province: provinceID, Box: box, BoxKey: key, ProvinceKey: p.sealTo, Log: slog.New(slog.DiscardHandler)})
}

// write appends n decisions, 2.88 s apart as of 30,000 a day, the last of them
// now. Many at a time, so that they share the disk's commits.
func write(ctx context.Context, j *journal.Journal, n int, bar *progressbar.ProgressBar) error {
	const apart, lanes = 2880 * time.Millisecond, 250
	var work sync.WaitGroup
	var next atomic.Int64
	problems := make(chan error, lanes)
	for range lanes {
		work.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				if _, err := j.Append(ctx, decision(time.Now().Add(-time.Duration(int64(n)-i)*apart), int(i))); err != nil {
					problems <- err
					return
				}
				_ = bar.Add(1) // a bar that cannot be drawn stops nothing
			}
		})
	}
	work.Wait()
	close(problems)
	return <-problems
}

// decision is about an invented person, with what a usual one carries.
func decision(at time.Time, i int) checkpoint.Record {
	return checkpoint.Record{
		Time: at, Trusted: true, Lane: "1", Kind: checkpoint.RecordDecision, Direction: checkpoint.In, Verdict: checkpoint.Admit,
		Reason: checkpoint.MeetsRule, Rule: "two-doses", Snapshot: 1_700_000_000, Policy: 3,
		Format: checkpoint.FormatCCCD2021, Document: checkpoint.KindCCCD, Number: fmt.Sprintf("%012d", i),
	}
}

// drain runs the uplinks until the province is known to hold all of it.
func (b *bench) drain(ctx context.Context, p *province, boxes []mains, wire *relay) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	defer cancel()
	for _, x := range boxes {
		u, err := p.uplink(x.name, wire.address(), x.Journal, nil)
		if err != nil {
			return err
		}
		running.Go(func() { _ = u.Run(ctx) }) // a journal that closed would show below
	}
	bar := progressbar.NewOptions(b.records, progressbar.OptionSetWriter(b.io.Err), progressbar.OptionSetDescription("drain"), progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionThrottle(time.Second))
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for left := uint64(1); left > 0; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
		left = 0
		for _, x := range boxes {
			left += x.Stats().Waiting
		}
		_ = bar.Set(b.records - int(left)) // a bar that cannot be drawn stops nothing
	}
	return bar.Finish()
}

func (b *bench) reportBacklog(ctx context.Context, p *province, wire *relay, took time.Duration, busy string, memory rig.Memory) error {
	up, down := wire.counted()
	var stored, bodies, conflicts, daemons int64
	err := p.ask(ctx, fmt.Sprintf(`select count(*) filter (where box <> '%[1]s'), sum(length(body)) filter (where box <> '%[1]s'),
		count(*) filter (where box = '%[1]s'), (select count(*) from checkpoint.conflict) from checkpoint.record`, daemonBox), &stored, &bodies, &daemons, &conflicts)
	if err != nil {
		return err
	}
	if stored != int64(b.records) || conflicts != 0 {
		return fmt.Errorf("%d records stored and %d conflicts, of %d", stored, conflicts, b.records)
	}
	var size int64
	if err := p.ask(ctx, "select sum(pg_total_relation_size(inhrelid))::bigint from pg_inherits where inhparent = 'checkpoint.record'::regclass", &size); err != nil {
		return err
	}
	body, over := float64(bodies)/float64(stored), float64(up-bodies)/float64(stored)
	b.table.Add(fmt.Sprintf("backlog of %d records: all marked by the province", stored), "≤ 60 s: "+report.Verdict(took, drainWithin), seconds(took),
		fmt.Sprintf("%.0f records/s from %d journals on disk over mutual TLS; %d more of the daemon's in the same time; boxes, broker, collectord and database share the machine; %s", float64(stored)/took.Seconds(), b.boxes, daemons, busy))
	b.table.Add("its bytes on the wire, upwards, a record", fmt.Sprintf("≤ sealed body + 12: %s", report.Verdict(over, mostOverBody)), fmt.Sprintf("%.1f + %.1f", body, over),
		fmt.Sprintf("TCP payload at a relay, with TLS, MQTT and connecting; downwards (acknowledgements, marks) %.1f", float64(down)/float64(stored)))
	b.table.Add("bytes of a sealed record in the database", "–", fmt.Sprintf("%.0f", float64(size)/float64(stored+daemons)), "checkpoint.record with its index; not what the opener writes of it")
	b.table.Add("RssAnon of a checkpointd whose own backlog drains meanwhile", "≤ 32 MiB: "+report.Verdict(memory.MostAnon, mostAnonymous), fmt.Sprintf("%.1f MiB", float64(memory.MostAnon)/(1<<20)),
		fmt.Sprintf("the most of samples every second; %d people in its data, a scan a second", people))
	return nil
}
