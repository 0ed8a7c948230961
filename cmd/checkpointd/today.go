package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"checkpoint"
	"checkpoint/console/messages"
	"checkpoint/store/durable"
)

const (
	keepDays  = 8           // of counts in the file
	saveEvery = time.Minute // a sync for each scan would wear the card out
)

// today counts each lane's verdicts by Vietnam's day, for the page. It holds no
// personal data. Its file is written at most once a minute and at the end, so a
// power cut makes the counts up to a minute short; the journal is what counts.
type today struct {
	file durable.Bytes

	mu      sync.Mutex
	days    map[string]map[string]map[string]uint64 // day, lane, verdict
	unsaved bool
}

func openToday(path string) (*today, error) {
	t := &today{file: durable.Bytes(path), days: map[string]map[string]map[string]uint64{}}
	text, err := t.file.Load()
	if err == nil && text != nil {
		err = json.Unmarshal(text, &t.days)
	}
	if err != nil {
		t.days = map[string]map[string]map[string]uint64{}
		return t, fmt.Errorf("counts of the day begin anew: %w", err)
	}
	return t, nil
}

func dayOf(at time.Time) string { return at.In(messages.Zone).Format(time.DateOnly) }

// add counts a decision that is on disk.
func (t *today) add(r checkpoint.Record) {
	if r.Kind != checkpoint.RecordDecision || !r.Refers.IsZero() { // the rest of a form is no decision
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	day := dayOf(r.Time)
	if t.days[day] == nil {
		t.days[day] = map[string]map[string]uint64{}
	}
	if t.days[day][r.Lane] == nil {
		t.days[day][r.Lane] = map[string]uint64{}
	}
	t.days[day][r.Lane][r.Verdict.String()]++
	t.unsaved = true
	for _, old := range slices.Sorted(maps.Keys(t.days))[:max(0, len(t.days)-keepDays)] {
		delete(t.days, old)
	}
}

// of is how many of each verdict a lane gave on the day of at.
func (t *today) of(lane string, at time.Time) map[string]uint64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.days[dayOf(at)][lane])
}

func (t *today) save() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.unsaved {
		return nil
	}
	text, err := json.Marshal(t.days)
	if err != nil {
		return err
	}
	t.unsaved = false
	return t.file.Save(text)
}

// keepToday saves the counts now and then.
func (b *box) keepToday(ctx context.Context) error {
	tick := time.NewTicker(saveEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
			if err := b.records.today.save(); err != nil {
				b.log.Error("counts of the day not saved", "error", err)
			}
			if err := b.shift.Save(); err != nil {
				b.log.Error("the shift's account not saved", "error", err)
			}
		}
	}
}
