package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/progress"
	"checkpoint/cmd/internal/rig"
)

// tally is what one decoder did with one set.
type tally struct {
	codes, read, wrong int
	ms                 rig.Values[float64] // processor time, of each picture
}

// result is all tallies: by set, then by decoder.
type result struct {
	decoders []string
	sets     []*set
	tallies  [][]tally
	films    []film
	waited   string
}

// warmUp is how many pictures a decoder sees before the clock counts: what is
// compiled at run time is compiled then.
const warmUp = 20

func (o *options) measure(ctx context.Context, io cli.IO, sets []*set) (r *result, err error) {
	r = &result{sets: sets}
	var workers []*worker
	defer func() {
		for _, w := range workers {
			err = errors.Join(err, w.end())
		}
	}()
	for _, d := range decoders() {
		if !chosen(o.decoders, d.name) {
			continue
		}
		w, err := start(ctx, d, o.peers)
		if err != nil {
			return nil, cli.Hint(err, "make bench-qr installs the other decoders; --decoders %s needs none", ours)
		}
		workers = append(workers, w)
		r.decoders = append(r.decoders, d.name)
	}
	all := 0
	for _, s := range sets {
		all += s.many * len(workers)
	}
	bar := progress.New(io.Err, "giải mã / decoding", int64(all))
	defer bar.Done()
	for _, w := range workers {
		if err := w.warm(sets); err != nil {
			return nil, cli.Hint(err, "make bench-qr installs the other decoders; --decoders %s needs none", ours)
		}
	}
	waited, done := rig.PressureNow(), 0
	for _, s := range sets {
		row := make([]tally, len(workers))
		for i, w := range workers {
			if err := row[i].take(w, s, io); err != nil {
				return nil, err
			}
			done += s.many
			bar.Set(int64(done))
		}
		r.tallies = append(r.tallies, row)
	}
	if err := o.measureFilms(ctx, io, r); err != nil {
		return nil, err
	}
	r.waited = waited.String()
	return r, nil
}

func (w *worker) warm(sets []*set) error {
	shots := sets[len(sets)/2].shots
	for i := range warmUp {
		if _, err := w.read(shots[i%len(shots)].path); err != nil {
			return err
		}
	}
	return nil
}

// take shows a set to a decoder.
func (t *tally) take(w *worker, s *set, io cli.IO) error {
	for _, p := range s.shots {
		r, err := w.read(p.path)
		if err != nil {
			return err
		}
		read, wrong := judge(p, r.answers)
		t.codes += len(p.codes)
		t.read += read
		t.wrong += len(wrong)
		t.ms = append(t.ms, r.ms)
		for _, a := range wrong { // say which, so that it can be looked into
			fmt.Fprintf(io.Err, "%s: wrong payload: %s, %s: %s\n", w.name, s.title, p.label(), a)
		}
	}
	return nil
}

// sum is what a decoder did with all sets of some families.
func (r *result) sum(decoder string, families ...string) (t tally) {
	return r.sumOf(decoder, func(s *set) bool { return slices.Contains(families, s.family) })
}

// of is what a decoder did with one set.
func (r *result) of(decoder string, s *set) tally {
	return r.sumOf(decoder, func(other *set) bool { return other == s })
}

// steps is the sets of a sweep.
func (r *result) steps(w sweep) (sets []*set) {
	for _, s := range r.sets {
		if s.family == w.family {
			sets = append(sets, s)
		}
	}
	return sets
}

func (r *result) sumOf(decoder string, in func(*set) bool) (t tally) {
	d := slices.Index(r.decoders, decoder)
	for i, s := range r.sets {
		if d >= 0 && in(s) {
			one := &r.tallies[i][d]
			t.codes += one.codes
			t.read += one.read
			t.wrong += one.wrong
			t.ms = append(t.ms, one.ms...)
		}
	}
	return t
}
