package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
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

// latencies are measured from just before the write of the last byte.
type latencies struct {
	lamp, relay rig.Values[time.Duration]
	busy        string // how busy the machine was
}

// round is a green person on each lane, whose last bytes come at one moment;
// before and after it every lamp and relay is at rest.
func round(ctx context.Context, d *rig.Daemon, c *cards, l *latencies) error {
	var all sync.WaitGroup
	errs, found := make([]error, len(d.Stations)), make([]latencies, len(d.Stations))
	for i, s := range d.Stations {
		payload, err := c.green()
		if err != nil {
			return err
		}
		if err := s.Load(payload); err != nil {
			return err
		}
		all.Go(func() { errs[i] = admit(ctx, d, s, c.province, &found[i]) })
	}
	all.Wait()
	for _, f := range found {
		l.lamp, l.relay = append(l.lamp, f.lamp...), append(l.relay, f.relay...)
	}
	return errors.Join(errs...)
}

func admit(ctx context.Context, d *rig.Daemon, s *rig.Station, p *province, l *latencies) error {
	started, err := s.Fire()
	if err != nil {
		return err
	}
	lamp, err := s.Await(ctx, "green", true)
	if err != nil {
		return err
	}
	relay, err := s.Await(ctx, "relay", true)
	if err != nil {
		return err
	}
	l.lamp, l.relay = append(l.lamp, time.Duration(lamp-started)), append(l.relay, time.Duration(relay-started))
	return s.Darken(ctx, d, p.Payload(amber))
}

// measureScans runs a daemon with cold data through n green scans.
func (b *bench) measureScans(ctx context.Context, p *province, lanes, n int, with setting) (l latencies, m rig.Memory, err error) {
	layer, err := p.layer()
	if err != nil {
		return l, m, err
	}
	if err := forget(layer); err != nil {
		return l, m, err
	}
	d, err := b.start(ctx, p, lanes, with)
	if err != nil {
		return l, m, err
	}
	defer func() { err = errors.Join(err, d.End()) }()
	c, busy := &cards{province: p}, rig.PressureNow()
	for len(l.lamp) < n {
		if err := round(ctx, d, c, &l); err != nil {
			return l, m, fmt.Errorf("after %d scans: %w", len(l.lamp), err)
		}
		if len(l.lamp)%100 < lanes {
			if err := m.See(d.PID()); err != nil {
				return l, m, err
			}
		}
	}
	l.busy = busy.String()
	return l, m, nil
}

func (b *bench) oneLane(ctx context.Context, p *province) error {
	l, m, err := b.measureScans(ctx, p, 1, b.scans, setting{})
	if err != nil {
		return err
	}
	about := fmt.Sprintf("%d scans, %d people, data cold at the start; %s", b.scans, p.people, l.busy)
	b.table.add(within("last serial byte → lamp, one lane", l.lamp, lampWithin, about))
	b.table.add(within("last serial byte → relay (after commit), one lane", l.relay, 0, about))
	b.table.add(memoryRow("memory of the daemon, RssAnon, after the one-lane run", m, true))
	return nil
}

func (b *bench) twoLanes(ctx context.Context, p *province) error {
	side, err := startProvinceSide(ctx, p)
	if err != nil {
		return err
	}
	defer side.stop()
	l, m, err := b.measureScans(ctx, p, 2, b.scans, setting{broker: side.url})
	if err != nil {
		return err
	}
	about := fmt.Sprintf("%d scans, always two within the same moment; records go to a broker all the while; %s", b.scans, l.busy)
	b.table.add(within("last serial byte → lamp, two lanes at once", l.lamp, 0, about))
	b.table.add(within("last serial byte → relay (after commit), two lanes at once", l.relay, 0, about))
	b.table.add(memoryRow("memory of the daemon, RssAnon, after the two-lane run", m, true))
	return nil
}

func (b *bench) stretched(ctx context.Context, p *province) error {
	l, m, err := b.measureScans(ctx, p, 1, b.stretchScans, setting{})
	if err != nil {
		return err
	}
	about := fmt.Sprintf("%d scans, one lane, Argon2id 8 MiB; only %d people, for its build computes a stretch for each entry; %s", b.stretchScans, p.people, l.busy)
	b.table.add(within("stretched keys: last serial byte → lamp", l.lamp, 0, about))
	b.table.add(within("stretched keys: last serial byte → relay (after commit)", l.relay, 0, about))
	b.table.add(memoryRow("stretched keys: memory of the daemon, RssAnon", m, false))
	return nil
}
