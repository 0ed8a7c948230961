package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"checkpoint/scanner/qr/frames"
)

// set is pictures of one kind, a row of the table or a point of the plot.
type set struct {
	family string // what --only names
	title  string
	at     float64 // where a sweep stands, in the unit of its knob
	shots  []shot
	many   int
	take   func(n uint64) frames.Frame // nil: photographs
}

// shot is a picture in a file, and what a decoder should read in it.
type shot struct {
	path  string
	codes [][][]byte // of each code the payloads that are right
	// beside is payloads of a code that is there but does not count.
	beside [][]byte
}

// label names a picture by its file.
func (s shot) label() string { return strings.TrimSuffix(filepath.Base(s.path), ".pgm") }

// The families of sets. Those with a code are read; the swept ones are also
// drawn.
const (
	photos  = "photos"
	cards   = "cards"
	small   = "small"
	phones  = "phones"
	several = "several"
	nothing = "nothing"
	tilt    = "tilt"
	blur    = "blur"
	noise   = "noise"
	pitch   = "pitch"
)

func families() []string {
	return []string{photos, cards, small, phones, several, nothing, tilt, blur, noise, pitch}
}

// sweep is one knob turned step by step.
type sweep struct {
	family, axis string
	steps        []float64
	take         func(seed, n uint64, at float64) frames.Frame
}

func sweeps() []sweep {
	// turned is an easy frame but for one knob.
	turned := func(turn func(*frames.Knobs, float64)) func(uint64, uint64, float64) frames.Frame {
		return func(seed, n uint64, at float64) frames.Frame {
			k := frames.Ease(frames.Card)
			turn(&k, at)
			return frames.Take(k, seed, n)
		}
	}
	return []sweep{
		{tilt, "tilt, degrees; otherwise as chance has it", []float64{0, 15, 30, 40, 45, 50, 55, 60}, func(seed, n uint64, at float64) frames.Frame {
			return frames.Make(frames.Card, seed, n, at)
		}},
		{blur, "blur, σ in pixels; a module is 5", []float64{0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4}, turned(func(k *frames.Knobs, at float64) { k.Blur = at })},
		{noise, "noise, σ in grey levels", []float64{0, 10, 20, 30, 40, 50, 60}, turned(func(k *frames.Knobs, at float64) { k.Noise = at })},
		{pitch, "pixels a module", []float64{1.2, 1.4, 1.6, 1.8, 2, 2.5, 3, 4}, turned(func(k *frames.Knobs, at float64) { k.Module = at })},
	}
}

// swept tells whether a set is a step of a sweep.
func (s *set) swept() bool {
	return slices.ContainsFunc(sweeps(), func(w sweep) bool { return w.family == s.family })
}

// sets are the generated ones that were chosen.
func (o *options) sets() (sets []*set) {
	drawn := func(family, title string, kind frames.Kind, share int) {
		sets = append(sets, &set{family: family, title: title, many: max(1, o.frames/share), take: func(n uint64) frames.Frame {
			return frames.Make(kind, o.seed, n, -1)
		}})
	}
	drawn(cards, "cards, code of 20 mm", frames.Card, 1)
	drawn(small, "cards, code of 18 mm", frames.Small, 3)
	drawn(phones, "telephones", frames.Phone, 3)
	drawn(several, "two to four codes on a sheet", frames.Several, 6)
	drawn(nothing, "a card without a code", frames.Nothing, 6)
	drawn(nothing, "small print", frames.Text, 6)
	drawn(nothing, "things, rings and squares", frames.Scene, 6)
	drawn(nothing, "random grey", frames.Noise, 6)
	for _, s := range sweeps() {
		share := 10
		if s.family == tilt { // held against a target
			share = 5
		}
		for _, at := range s.steps {
			sets = append(sets, &set{family: s.family, title: fmt.Sprintf("%s %g", s.family, at), at: at, many: max(1, o.frames/share), take: func(n uint64) frames.Frame {
				return s.take(o.seed+1, n, at)
			}})
		}
	}
	var kept []*set
	for _, s := range sets {
		if chosen(o.only, s.family) {
			kept = append(kept, s)
		}
	}
	return kept
}
