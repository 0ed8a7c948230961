package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"checkpoint/cmd/internal/rig"
)

// Targets of the product. One lane, keys not stretched.
const (
	lampWithin    = 20 * time.Millisecond
	lookupWithin  = 2 * time.Millisecond
	mostPerScan   = 24 << 10 // bytes
	mostAnonymous = 32 << 20 // bytes
	mostBinary    = 20 << 20 // bytes
)

// measureScans runs a daemon with cold data through n green scans.
func (b *bench) measureScans(ctx context.Context, p *province, lanes, n int, with setting) (l rig.Latencies, m rig.Memory, busy string, err error) {
	layer, err := p.layer()
	if err != nil {
		return l, m, busy, err
	}
	if err := forget(layer); err != nil {
		return l, m, busy, err
	}
	d, err := b.start(ctx, p, lanes, with)
	if err != nil {
		return l, m, busy, err
	}
	defer func() { err = errors.Join(err, d.End()) }()
	c, at := p.cards(), rig.PressureNow()
	for len(l.Lamp) < n {
		if err := d.Round(ctx, c, &l); err != nil {
			return l, m, busy, fmt.Errorf("after %d scans: %w", len(l.Lamp), err)
		}
		if len(l.Lamp)%100 < lanes {
			if err := m.See(d.PID()); err != nil {
				return l, m, busy, err
			}
		}
	}
	busy = at.String()
	return l, m, busy, nil
}

func (b *bench) oneLane(ctx context.Context, p *province) error {
	l, m, busy, err := b.measureScans(ctx, p, 1, b.scans, setting{})
	if err != nil {
		return err
	}
	about := fmt.Sprintf("%d scans, %d people, data cold at the start; %s", b.scans, p.people, busy)
	b.table.add(within("last serial byte → lamp, one lane", l.Lamp, lampWithin, about))
	b.table.add(within("last serial byte → relay (after commit), one lane", l.Relay, 0, about))
	b.table.add(memoryRow("memory of the daemon, RssAnon, after the one-lane run", m, true))
	return nil
}

func (b *bench) twoLanes(ctx context.Context, p *province) error {
	side, err := startProvinceSide(ctx, p)
	if err != nil {
		return err
	}
	defer side.stop()
	l, m, busy, err := b.measureScans(ctx, p, 2, b.scans, setting{broker: side.url})
	if err != nil {
		return err
	}
	about := fmt.Sprintf("%d scans, always two within the same moment; records go to a broker all the while; %s", b.scans, busy)
	b.table.add(within("last serial byte → lamp, two lanes at once", l.Lamp, 0, about))
	b.table.add(within("last serial byte → relay (after commit), two lanes at once", l.Relay, 0, about))
	b.table.add(memoryRow("memory of the daemon, RssAnon, after the two-lane run", m, true))
	return nil
}

func (b *bench) stretched(ctx context.Context, p *province) error {
	l, m, busy, err := b.measureScans(ctx, p, 1, b.stretchScans, setting{})
	if err != nil {
		return err
	}
	about := fmt.Sprintf("%d scans, one lane, Argon2id 8 MiB; only %d people, for its build computes a stretch for each entry; %s", b.stretchScans, p.people, busy)
	b.table.add(within("stretched keys: last serial byte → lamp", l.Lamp, 0, about))
	b.table.add(within("stretched keys: last serial byte → relay (after commit)", l.Relay, 0, about))
	b.table.add(memoryRow("stretched keys: memory of the daemon, RssAnon", m, false))
	return nil
}
