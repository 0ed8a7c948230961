package gate

import (
	"time"

	"checkpoint"
)

// Trouble is what a box without a screen has to say of itself. It is told while
// nobody stands there by the LED on the box, one flash more for each step
// further on the way to a box that works, and never about a person.
type Trouble uint8

// The troubles, in the order in which a technician mends them.
const (
	Well            Trouble = iota // the one short flash of a lane that is ready
	NoConfiguration                // 2 flashes
	NoNetwork                      // 3: no way to the province
	NotApproved                    // 4: the office has not approved the box yet
	NoData                         // 5: no snapshot, or a damaged one
	NoTime                         // 6: the clock is not trusted
	troubles
)

// How trouble flashes: two in a second, which people can count and nobody is
// harmed by, and a pause that parts one count from the next.
const (
	flash      = 200  // ms
	flashPause = 300  // ms
	countPause = 2000 // ms
)

// flashes is the trouble's rhythm on one lamp.
func (t Trouble) flashes() rhythm {
	var ms []int
	for range min(t, troubles-1) + 1 {
		ms = append(ms, flash, flashPause)
	}
	ms[len(ms)-1] = countPause
	return again(ms...)
}

// Trouble is told from now on, until the next call. A gate without an LED on the
// box tells it by its amber lamp, which is otherwise dark while nobody is there.
func (g *Gate) Trouble(t Trouble) {
	lamp := status
	if !g.has(status) {
		lamp = amber
	}
	g.mu.Lock()
	same := g.want.trouble == t && g.want.tells == lamp
	g.mu.Unlock()
	if same {
		return // its count is not begun anew
	}
	g.change(func(w *wish, now time.Time) { w.trouble, w.troubled, w.tells = t, now, lamp })
}

// rhythms are the patterns of all lamps and the buzzer, and since when they run.
func (w wish) rhythms() (list [relay]rhythm, since [relay]time.Time) {
	list = patternOf(w.signal)
	for r := range since {
		since[r] = w.shown
	}
	list[buzzer], since[buzzer] = w.buzz, w.buzzed
	quiet := w.signal == checkpoint.SignalIdle || w.signal == checkpoint.SignalFault && w.tells == status
	if w.trouble == Well || !quiet {
		return list, since
	}
	list[w.tells] = w.trouble.flashes()
	if w.troubled.After(w.shown) {
		since[w.tells] = w.troubled
	}
	return list, since
}
