package control

import (
	"sync"

	"checkpoint"
)

// Hub passes views of lanes on to whoever listens. A slow listener misses
// views; it never holds a lane up.
type Hub struct {
	mu        sync.Mutex
	listeners map[chan Event]bool
	last      map[string]LaneStatus
}

// NewHub makes a hub without listeners.
func NewHub() *Hub {
	return &Hub{listeners: map[chan Event]bool{}, last: map[string]LaneStatus{}}
}

// Show implements checkpoint.Display.
func (h *Hub) Show(v checkpoint.View) {
	e := eventOf(v)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last[v.Lane.Lane] = LaneStatus{
		Name: v.Lane.Lane, State: e.State, Verdict: e.Verdict, Reason: e.Reason, Notice: v.Notice, Second: v.SecondUntil, Turn: v.Turn, Vehicle: v.Vehicle != nil, Refused: v.Refused,
		Readers: v.Readers, Contacts: e.Contacts, Disagree: v.GateFault,
	}
	for l := range h.listeners {
		select {
		case l <- e:
		default:
		}
	}
}

func eventOf(v checkpoint.View) Event {
	e := Event{Lane: v.Lane.Lane, State: v.State.String(), Position: v.Position, Notice: v.Notice, Second: v.SecondUntil, Opened: v.Opened}
	if v.Outcome != 0 {
		e.Outcome = v.Outcome.String()
	}
	for _, c := range v.Contacts {
		e.Contacts = append(e.Contacts, c.String())
	}
	if d := v.Decision; d != nil {
		e.Verdict, e.Reason, e.Args, e.Differs = d.Verdict.String(), d.Reason, d.Args, d.Differs
	}
	return e
}

// Lane is the last that was seen of a lane.
func (h *Hub) Lane(name string) LaneStatus {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.last[name]
	s.Name = name
	return s
}

// Subscribe listens until cancel is called.
func (h *Hub) Subscribe() (events <-chan Event, cancel func()) {
	c := make(chan Event, 64)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listeners[c] = true
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listeners, c)
	}
}
