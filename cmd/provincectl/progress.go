package main

import (
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress is a bar on a terminal, and nothing elsewhere.
type progress struct{ bar *progressbar.ProgressBar }

func newProgress(w io.Writer, what string, all int64) *progress {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	return &progress{progressbar.NewOptions64(all, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())}
}

func (p *progress) set(n int64) {
	if p.bar != nil {
		_ = p.bar.Set64(n) // a bar that cannot be drawn stops nothing
	}
}

func (p *progress) done() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}

// steps is one bar after the other.
type steps struct {
	w     io.Writer
	names map[string]string // what each step is called
	now   string
	bar   *progress
}

func newSteps(w io.Writer, names map[string]string) *steps {
	return &steps{w: w, names: names, bar: &progress{}}
}

// set moves the step's bar, and begins it if another was running. all is 0
// when nobody knows the end.
func (s *steps) set(step string, n, all int64) {
	if step != s.now {
		s.bar.done()
		if all == 0 {
			all = -1
		}
		s.now, s.bar = step, newProgress(s.w, s.names[step], all)
	}
	s.bar.set(n)
}

func (s *steps) done() { s.bar.done() }
