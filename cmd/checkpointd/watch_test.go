package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"checkpoint"
	"checkpoint/console/control"
)

// watched is a list that grows while somebody waits for it.
type watched[T any] struct {
	mu      sync.Mutex
	list    []T
	changed chan struct{}
}

func (w *watched[T]) add(v T) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = append(w.list, v)
	if w.changed != nil {
		close(w.changed)
		w.changed = nil
	}
}

// all is what there is, and a channel that is closed when there is more.
func (w *watched[T]) all() ([]T, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.changed == nil {
		w.changed = make(chan struct{})
	}
	return w.list[:len(w.list):len(w.list)], w.changed
}

var (
	errStopped = errors.New("stopped waiting")
	errInVain  = errors.New("waited in vain")
)

// until waits until ok holds for the list, or stop is closed.
func (w *watched[T]) until(stop <-chan struct{}, ok func([]T) bool) error {
	late := time.After(patience)
	for {
		list, changed := w.all()
		if ok(list) {
			return nil
		}
		select {
		case <-changed:
		case <-stop:
			return errStopped
		case <-late:
			return errInVain
		}
	}
}

// show shows a code to the scanner of a daemon that listens, and gives the
// event that tells its decision: on disk, and the relay opened or not.
func (d *process) show(r *rig, payload string) control.Event {
	d.t.Helper()
	before, _ := d.events.all()
	var last control.Event
	if len(before) > 0 {
		last = before[len(before)-1]
	}
	r.scan(payload)
	var decided control.Event
	err := d.events.until(d.exited, func(list []control.Event) bool {
		for _, e := range list[len(before):] {
			if e.Verdict != "" && e.Position != last.Position && e.Position.Seq > 0 {
				decided = e
				return true
			}
		}
		return false
	})
	if err != nil {
		d.t.Fatalf("no decision about a card; the log:\n%s", d.log.String())
	}
	return decided
}

// admits shows a good card and fails the test unless it opens the relay.
func (d *process) admits(r *rig, payload string) {
	d.t.Helper()
	if e := d.show(r, payload); e.Verdict != checkpoint.Admit.String() || !e.Opened {
		d.t.Fatalf("a good card: %s %s, relay opened: %t\n%s", e.Verdict, e.Reason, e.Opened, d.log.String())
	}
}

// wants shows a card and fails the test unless it gets this answer without
// opening the relay.
func (d *process) wants(r *rig, payload string, v checkpoint.Verdict, reason checkpoint.Reason) {
	d.t.Helper()
	if e := d.show(r, payload); e.Verdict != v.String() || e.Reason != reason || e.Opened {
		d.t.Fatalf("got %s %s, relay opened: %t; want %s %s and no opening\n%s", e.Verdict, e.Reason, e.Opened, v, reason, d.log.String())
	}
}

// answer gives the guard's answer to the open decision.
func (d *process) answer(answer checkpoint.Answer) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := d.client.Decide(ctx, control.Decide{Answer: answer.String()}); err != nil {
		d.t.Fatalf("answer %s: %v", answer, err)
	}
}
