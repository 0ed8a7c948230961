package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/rig"
)

// film is what a stream of pictures cost: each another thing, so that nothing
// can be followed from one to the next.
type film struct {
	name   string
	least  float64 // pictures a second on one core
	seen   tally
	memory rig.Memory
}

// mostAnonymous is what a process with a camera may hold beside its program.
const mostAnonymous = 48e6 // bytes

func films() []film {
	return []film{{name: mjpegStream, least: 15}, {name: yuyvStream, least: 25}}
}

// measureFilms shows the frames of a lane, with a code and without, to streams.
func (o *options) measureFilms(ctx context.Context, io cli.IO, r *result) error {
	var shots []shot
	for _, s := range r.sets {
		if s.family == nothing || slices.Contains(withCode(), s.family) {
			shots = append(shots, s.shots...)
		}
	}
	if len(shots) == 0 || !slices.Contains(r.decoders, ours) {
		return nil
	}
	for _, f := range films() {
		if err := f.measure(ctx, io, o.peers, &set{title: "stream", shots: alternate(shots)}); err != nil {
			return err
		}
		r.films = append(r.films, f)
	}
	return nil
}

// alternate mixes pictures that came one kind after the other.
func alternate(shots []shot) (mixed []shot) {
	const apart = 7
	for first := range apart {
		for i := first; i < len(shots); i += apart {
			mixed = append(mixed, shots[i])
		}
	}
	return mixed
}

func (f *film) measure(ctx context.Context, io cli.IO, peers string, s *set) (err error) {
	w, err := start(ctx, itself(f.name), peers)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.end()) }()
	if err := w.warm([]*set{s}); err != nil {
		return err
	}
	if err := f.seen.take(w, s, io); err != nil {
		return err
	}
	return f.memory.See(w.cmd.Process.Pid)
}

// held is the film's rows: as many pictures a second as the mean lets one core
// look at, and memory with what feeds the stream.
func (f *film) held(t *targets) {
	var sum float64
	for _, ms := range f.seen.ms {
		sum += ms
	}
	mean := sum / float64(len(f.seen.ms))
	second := 1000 / mean
	t.add("stream of 720p "+f.name+", pictures a second on one core", fmt.Sprintf("≥ %g", f.least), second >= f.least, fmt.Sprintf("%.0f", second),
		fmt.Sprintf("%.1f ms each on average, p95 %.1f: the camera's conversion and one look; each another thing, nothing to follow", mean, f.seen.ms.Quantile(0.95)))
	t.add("its memory, RssAnon", "≤ 48 MB", f.memory.Anon <= mostAnonymous, fmt.Sprintf("%.1f MB", float64(f.memory.Anon)/1e6), "with what makes the pictures, rubbish collected before each; that of the whole daemon is bounded by a test")
	if f.seen.wrong > 0 {
		t.add("its wrong payloads", "0", false, fmt.Sprint(f.seen.wrong), "")
	}
}
