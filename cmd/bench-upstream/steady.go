package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/schollz/progressbar/v3"

	"checkpoint/cmd/internal/report"
	"checkpoint/cmd/internal/rig"
	"checkpoint/store/journal"
	"checkpoint/sync/uplink"
)

const (
	behindAtMost = 5 * time.Second

	// One box in so many goes through the relay that counts bytes: passing on what
	// all of them say is work that no box and no province has.
	relayed = 10
)

// steadily has many boxes scan once a second.
func (b *bench) steadily(ctx context.Context, p *province) error {
	if err := makeDirs(filepath.Join(b.dir, "tokens")); err != nil {
		return err
	}
	boxes, err := b.simulated(p)
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	var uplinks sync.WaitGroup
	defer uplinks.Wait()
	defer stop()
	wire, err := newRelay(p.Broker.Addr())
	if err != nil {
		return err
	}
	var connected atomic.Int64
	began := time.Now()
	for name, x := range boxes {
		var once sync.Once
		broker := p.Broker.Addr()
		if x.relayed {
			broker = wire.address()
		}
		u, err := p.uplink(name, broker, x, func(s uplink.Status) {
			if s.Connected && s.CollectorPresent {
				once.Do(func() { connected.Add(1) })
			}
		})
		if err != nil {
			return err
		}
		uplinks.Go(func() { _ = u.Run(running) }) // a journal in memory does not close
	}
	for connected.Load() < int64(b.steady) {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
	connecting := time.Since(began)
	d, err := p.daemon(ctx)
	if err != nil {
		return err
	}
	watching, cancel := context.WithTimeout(ctx, time.Duration(b.minutes*float64(time.Minute)))
	defer cancel()
	seen := make(chan error, 1)
	var memory rig.Memory
	go func() { var err error; memory, err = watch(watching, d); seen <- err }()
	waited, before := rig.PressureNow(), p.busy()
	err = b.profiled(func() error { return b.scan(watching, boxes) })
	busy := p.busy().since(before) + "; " + waited.String()
	if err := errors.Join(err, <-seen, d.End(), ctx.Err()); err != nil {
		return err
	}
	stop()
	uplinks.Wait()
	return b.reportSteady(boxes, wire, connecting, busy, memory)
}

// simulated makes the boxes, each with the header of a real segment.
func (b *bench) simulated(p *province) (map[string]*outbox, error) {
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	boxes := map[string]*outbox{}
	bar := progressbar.NewOptions(b.steady, progressbar.OptionSetWriter(b.io.Err), progressbar.OptionSetDescription("make the boxes"), progressbar.OptionThrottle(time.Second))
	for i := range b.steady {
		name := fmt.Sprintf("cong-%04d", i)
		j, err := p.journal(filepath.Join(b.dir, "headers", name), name, key)
		if err != nil {
			return nil, err
		}
		_, err = j.Append(context.Background(), decision(time.Now(), i))
		if err != nil {
			return nil, err
		}
		list, err := j.Segments(context.Background())
		if err != nil {
			return nil, err
		}
		first, err := j.Read(context.Background(), list[0].Epoch, 1, 1)
		if err := errors.Join(err, j.Close()); err != nil {
			return nil, err
		}
		boxes[name] = &outbox{segment: journal.Segment{Epoch: list[0].Epoch, Header: list[0].Header}, like: first[0], relayed: i%relayed == 0, changed: make(chan struct{})}
		_ = bar.Add(1) // a bar that cannot be drawn stops nothing
	}
	return boxes, bar.Finish()
}

// scan writes a record a second into each box until ctx ends, and then waits
// until all are marked.
func (b *bench) scan(ctx context.Context, boxes map[string]*outbox) error {
	var scanning sync.WaitGroup
	for _, x := range boxes {
		scanning.Go(func() {
			first := time.NewTimer(rand.N(time.Second)) // boxes are not in step
			defer first.Stop()
			select {
			case <-ctx.Done():
				return
			case <-first.C:
			}
			every := time.NewTicker(time.Second)
			defer every.Stop()
			for {
				x.write()
				select {
				case <-ctx.Done():
					return
				case <-every.C:
				}
			}
		})
	}
	bar := progressbar.NewOptions(int(b.minutes*60), progressbar.OptionSetWriter(b.io.Err), progressbar.OptionSetDescription("scan"), progressbar.OptionThrottle(time.Second))
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for ctx.Err() == nil {
		<-every.C
		_ = bar.Add(1) // a bar that cannot be drawn stops nothing
	}
	scanning.Wait()
	for late := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		waiting := 0
		for _, x := range boxes {
			waiting += x.waiting()
		}
		if waiting == 0 {
			return bar.Finish()
		}
		if time.Now().After(late) {
			return fmt.Errorf("%d records are not marked a minute after the last", waiting)
		}
	}
}

func (b *bench) reportSteady(boxes map[string]*outbox, wire *relay, connecting time.Duration, busy string, memory rig.Memory) error {
	up, down := wire.counted()
	var behind rig.Values[time.Duration]
	bodies, n := 0, 0.0
	for _, x := range boxes {
		behind = append(behind, x.behind...)
		if x.relayed {
			n += float64(len(x.behind))
			bodies += len(x.behind) * len(x.like.Body)
		}
	}
	b.table.Add(fmt.Sprintf("%d boxes, a scan a second each: the mark is behind by p50 / p99 / max", b.steady), "≤ 5 s: "+report.Verdict(behind.Quantile(1), behindAtMost),
		fmt.Sprintf("%.1f / %.1f / %s", behind.Quantile(0.5).Seconds(), behind.Quantile(0.99).Seconds(), seconds(behind.Quantile(1))),
		fmt.Sprintf("from a record's writing to the mark that covers it, %d records in %.1f minutes, up to 1 s of it waiting for company; all %d boxes connected in %s before; %s", len(behind), b.minutes, b.steady, seconds(connecting), busy))
	b.table.Add("bytes on the wire then: up / down a record", "–", fmt.Sprintf("%.0f / %.0f", float64(up)/n, float64(down)/n),
		fmt.Sprintf("of every tenth box; sealed body %.0f; a batch of one or two records carries its segment's header", float64(bodies)/n))
	b.table.Add("RssAnon of a checkpointd among them", "≤ 32 MiB: "+report.Verdict(memory.MostAnon, mostAnonymous), fmt.Sprintf("%.1f MiB", float64(memory.MostAnon)/(1<<20)), "the most of samples every second; a scan a second")
	return nil
}
