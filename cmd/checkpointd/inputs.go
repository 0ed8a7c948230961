package main

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"checkpoint/device/gate"
)

// contact is an input and the lanes that it concerns: one fire alarm may be for
// all of them.
type contact struct {
	gate.Input
	lanes []*lane
}

// addInput adds a lane's input, unless it is another lane's already.
func (b *box) addInput(in gate.Input, l *lane) {
	for _, other := range b.inputs {
		if other.Contact == in.Contact && other.Pin.Name() == in.Pin.Name() {
			other.lanes = append(other.lanes, l)
			return
		}
	}
	b.inputs = append(b.inputs, &contact{in, []*lane{l}})
}

// watch hands what the input tells to its lanes, until ctx ends.
func (in *contact) watch(ctx context.Context, log *slog.Logger) {
	tell := func(active bool) {
		for _, l := range in.lanes {
			l.school.Contact(in.Contact, active)
		}
	}
	in.Watch(ctx, tell, func(err error) {
		for _, l := range in.lanes {
			l.faults.set(in.Contact.String(), err)
		}
		if err != nil {
			log.Error("input fails", "input", in.Contact.String(), "lane", in.lanes[0].config.Name, "error", err)
		} else {
			log.Info("input works again", "input", in.Contact.String(), "lane", in.lanes[0].config.Name)
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
