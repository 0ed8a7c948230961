package faults

import (
	"sync"
	"time"
)

// Watch remembers since when each fault has been there. The zero Watch has seen
// none. It is safe for concurrent use.
type Watch struct {
	mu    sync.Mutex
	since map[key]time.Time
}

type key struct {
	code  Code
	where string
}

// See is told all that is wrong now, by a clock that never steps back (as
// [time.Now] does not), and gives what is to be told of it: nothing that
// another fault causes, and nothing that has not lasted long enough.
//
// A cause hides what it brings about from its first moment, not only from when
// it is told itself: or a pulled cable would first be told as its consequence.
func (w *Watch) See(now time.Time, found []Found) []Found {
	w.mu.Lock()
	defer w.mu.Unlock()
	since := map[key]time.Time{}
	for i := range found {
		k := key{found[i].Code, found[i].Where}
		first, seen := w.since[k]
		if !seen {
			first = now
		}
		since[k], found[i].Since = first, first.Round(0)
	}
	w.since = since
	var told []Found
	for _, f := range Told(found) {
		if row, _ := Of(f.Code); now.Sub(since[key{f.Code, f.Where}]) >= row.After {
			told = append(told, f)
		}
	}
	return told
}
