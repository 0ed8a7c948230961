package rig

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Latencies are measured from just before the write of the last byte.
type Latencies struct {
	Lamp, Relay Values[time.Duration]
}

// Round is a green person on each lane, whose last bytes come at one moment;
// before and after it every lamp and relay is at rest.
func (d *Daemon) Round(ctx context.Context, c *Cards, l *Latencies) error {
	var all sync.WaitGroup
	errs, found := make([]error, len(d.Stations)), make([]Latencies, len(d.Stations))
	for i, s := range d.Stations {
		payload, err := c.Green()
		if err != nil {
			return err
		}
		if err := s.Load(payload); err != nil {
			return err
		}
		all.Go(func() { errs[i] = d.admit(ctx, s, c.Province.Payload(Amber), &found[i]) })
	}
	all.Wait()
	for _, f := range found {
		l.Lamp, l.Relay = append(l.Lamp, f.Lamp...), append(l.Relay, f.Relay...)
	}
	return errors.Join(errs...)
}

func (d *Daemon) admit(ctx context.Context, s *Station, amber string, l *Latencies) error {
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
	l.Lamp, l.Relay = append(l.Lamp, time.Duration(lamp-started)), append(l.Relay, time.Duration(relay-started))
	return s.Darken(ctx, d, amber)
}
