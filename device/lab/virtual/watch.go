package virtual

import (
	"sync"
	"time"
)

// Edge is a change of a line.
type Edge struct {
	At   int64 // CLOCK_MONOTONIC, ns: when it was seen
	Line string
	High bool
}

// Watcher reads lines about once a millisecond and remembers what changed. A
// machine that was too busy to look has missed edges.
type Watcher struct {
	lines []*Line
	stop  chan struct{}
	done  chan struct{}

	mu    sync.Mutex
	edges []Edge
	err   error
}

const lookEvery = time.Millisecond

// Watch begins to watch lines; the first edges are those of lines that are high.
func Watch(lines ...*Line) *Watcher {
	w := &Watcher{lines: lines, stop: make(chan struct{}), done: make(chan struct{})}
	go w.run()
	return w
}

func (w *Watcher) run() {
	defer close(w.done)
	high := make([]bool, len(w.lines))
	for ; ; time.Sleep(lookEvery) {
		select {
		case <-w.stop:
			return
		default:
		}
		for i, l := range w.lines {
			now, err := l.High()
			w.mu.Lock()
			if now != high[i] && err == nil {
				high[i] = now
				w.edges = append(w.edges, Edge{Monotonic(), l.Name, now})
			}
			w.err = err
			w.mu.Unlock()
		}
	}
}

// Edges are those that were seen so far.
func (w *Watcher) Edges() []Edge {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Edge(nil), w.edges...)
}

// Await waits until the line has that level, and returns since when.
func (w *Watcher) Await(line string, high bool, within time.Duration) (at int64, ok bool) {
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(lookEvery) {
		edges := w.Edges()
		for i := len(edges) - 1; i >= 0; i-- {
			if edges[i].Line == line {
				if edges[i].High == high {
					return edges[i].At, true
				}
				break
			}
		}
	}
	return 0, false
}

// Close stops watching. The error is of the last look.
func (w *Watcher) Close() error {
	close(w.stop)
	<-w.done
	return w.err
}
