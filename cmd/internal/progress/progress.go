// Package progress draws a bar on a terminal, and nothing elsewhere.
package progress

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// Bar is one bar.
type Bar struct{ bar *progressbar.ProgressBar }

// New begins a bar of what is done, until all are; below 0: nobody knows the end.
func New(w io.Writer, what string, all int64) *Bar {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &Bar{}
	}
	return &Bar{progressbar.NewOptions64(all, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what), progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())}
}

// Set says how many are done.
func (p *Bar) Set(n int64) {
	if p.bar != nil {
		_ = p.bar.Set64(n) // a bar that cannot be drawn stops nothing
	}
}

// Done removes the bar.
func (p *Bar) Done() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
