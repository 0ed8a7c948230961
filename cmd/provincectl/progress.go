package main

import (
	"io"

	"checkpoint/cmd/internal/progress"
)

// steps is one bar after the other.
type steps struct {
	w     io.Writer
	names map[string]string // what each step is called
	now   string
	bar   *progress.Bar
}

func newSteps(w io.Writer, names map[string]string) *steps {
	return &steps{w: w, names: names, bar: &progress.Bar{}}
}

// set moves the step's bar, and begins it if another was running. all is 0
// when nobody knows the end.
func (s *steps) set(step string, n, all int64) {
	if step != s.now {
		s.bar.Done()
		if all == 0 {
			all = -1
		}
		s.now, s.bar = step, progress.New(s.w, s.names[step], all)
	}
	s.bar.Set(n)
}

func (s *steps) done() { s.bar.Done() }
