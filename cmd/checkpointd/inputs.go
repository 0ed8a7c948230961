package main

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"checkpoint/device/gate"
)

// watch hands what an input tells to its lane, until ctx ends.
func (b *box) watch(ctx context.Context, l *lane, in gate.Input) {
	in.Watch(ctx, func(active bool) { l.Contact(in.Contact, active) }, func(err error) {
		l.faults.set(in.Contact.String(), err)
		if err != nil {
			b.log.Error("input lost", "lane", l.config.Name, "input", in.Contact.String(), "error", err)
		} else {
			b.log.Info("input there again", "lane", l.config.Name, "input", in.Contact.String())
		}
	})
}

// faultNotes keep the last word about each part of a gate.
type faultNotes struct {
	mu    sync.Mutex
	notes map[string]error
}

func (f *faultNotes) set(part string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.notes == nil {
		f.notes = map[string]error{}
	}
	f.notes[part] = err
}

func (f *faultNotes) String() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var errs []error
	for _, part := range slices.Sorted(maps.Keys(f.notes)) {
		errs = append(errs, f.notes[part])
	}
	return text(errors.Join(errs...))
}
