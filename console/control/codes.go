package control

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"checkpoint"
)

// Code is what a reader delivered, as a technician may see it.
type Code struct {
	Lane   string            `json:"lane"`
	Reader string            `json:"reader"`
	Kind   checkpoint.Format `json:"kind,omitempty"`   // empty: not read
	Number string            `json:"number,omitempty"` // masked, see [Masked]
	Test   Test              `json:"test,omitempty"`
}

// Test tells whether a code was the test code.
type Test string

// How a scanner gave the test code.
const (
	NoTest      Test = ""
	TestWhole   Test = "whole"
	TestDamaged Test = "damaged" // some of its letters were others, or missing
)

// Masked leaves the first three and the last two letters of a document's number:
// enough to tell two cards apart, not enough to know a person by.
func Masked(number string) string {
	letters := []rune(number)
	for i := range letters {
		if len(letters) < 8 || i >= 3 && i < len(letters)-2 {
			letters[i] = '•'
		}
	}
	return string(letters)
}

// TestOf tells whether a payload is the test code, or what a scanner made of it.
func TestOf(payload []byte, code string) Test {
	name, _, _ := strings.Cut(code, "-")
	switch {
	case string(payload) == code:
		return TestWhole
	case utf8.RuneCount(payload) > len(name) && strings.EqualFold(string(payload[:len(name)]), name):
		return TestDamaged
	}
	return NoTest
}

// Codes passes codes on to whoever listens. A slow listener misses some; it
// holds no reader up.
type Codes struct {
	listening atomic.Int32
	mu        sync.Mutex
	listeners map[chan Code]bool
}

// Wanted tells whether anybody listens. While nobody does, nothing is to be read
// out of a code.
func (h *Codes) Wanted() bool { return h.listening.Load() > 0 }

// Tell hands a code to those who listen.
func (h *Codes) Tell(c Code) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for l := range h.listeners {
		select {
		case l <- c:
		default:
		}
	}
}

// subscribe listens until cancel is called.
func (h *Codes) subscribe() (codes <-chan Code, cancel func()) {
	c := make(chan Code, 16)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.listeners == nil {
		h.listeners = map[chan Code]bool{}
	}
	h.listeners[c] = true
	h.listening.Add(1)
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.listeners, c)
		h.listening.Add(-1)
	}
}

func (s *Server) codes(w http.ResponseWriter, r *http.Request) {
	if s.Codes == nil {
		refuse(w, http.StatusConflict, errOutOfService)
		return
	}
	codes, cancel := s.Codes.subscribe()
	defer cancel()
	stream(w, r, codes)
}
