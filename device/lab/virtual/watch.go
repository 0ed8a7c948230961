package virtual

import (
	"slices"
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
// machine that was too busy to look has missed edges. What was found in one look
// has one time, and the lines are read from the last to the first: of two that
// are set in the order in which they are watched, the second is never seen
// before the first.
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
		w.look(high)
	}
}

func (w *Watcher) look(high []bool) {
	var changed []Edge
	var failed error
	for i, l := range slices.Backward(w.lines) {
		now, err := l.High()
		if err != nil {
			failed = err
		} else if now != high[i] {
			high[i] = now
			changed = append(changed, Edge{Line: l.Name, High: now})
		}
	}
	at := Monotonic()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.err = failed
	for _, e := range slices.Backward(changed) {
		e.At = at
		w.edges = append(w.edges, e)
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
