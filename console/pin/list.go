package pin

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"sync"
	"time"
)

// How guessing is held up: so many tries, then a wait that doubles.
const (
	tries     = 5
	firstWait = 30 * time.Second
	longWait  = 10 * time.Minute
)

// Here is the box itself, as a place where PINs are typed: its own screen and
// its control socket.
const Here = ""

// List is the PINs that are good, and how often a wrong one was given. Its
// methods may be called from any goroutine; one PIN is tried at a time.
type List struct {
	now func() time.Time // monotonic

	mu      sync.Mutex
	leads   []hash // of the configuration
	issued  []issued
	store   Store
	guesses map[string]*guesses // by where they were typed
}

// guesses are the wrong PINs of one place. Each place is held up by itself, so
// that a stolen tablet does not keep the shift lead from the box.
type guesses struct {
	wrong  int // since the last good one, or the last wait
	waits  int
	locked time.Time // until when nothing is tried
}

// NewList reads the hashes of shift leads' PINs; the error names each that is
// none.
func NewList(leads []string) (*List, error) {
	l := &List{now: time.Now, guesses: map[string]*guesses{}}
	var errs []error
	for i, text := range leads {
		h, err := parse(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("[%d]: %w", i, err))
		}
		l.leads = append(l.leads, h)
	}
	return l, errors.Join(errs...)
}

// Wrong is the answer to a wrong PIN.
type Wrong struct {
	Left int           // tries before a wait
	Wait time.Duration // before the next try; 0: none
}

func (w *Wrong) Error() string {
	if w.Wait > 0 {
		return fmt.Sprintf("wrong PIN: wait %v", w.Wait.Round(time.Second))
	}
	return fmt.Sprintf("wrong PIN: %d tries left", w.Left)
}

// Held tells that no PIN is tried for a while; the one given was not looked at.
type Held struct{ Wait time.Duration }

func (h *Held) Error() string {
	return fmt.Sprintf("too many wrong PINs: wait %v", h.Wait.Round(time.Second))
}

// ErrNone tells that no such PIN was ever set.
var ErrNone = errors.New("no such PIN is set on this box: checkpointctl pin issue")

// Check tries a shift lead's PIN that was typed at the box itself. The errors
// are those of Allow.
func (l *List) Check(pin string) error {
	_, err := l.Allow(Here, pin, Override)
	return err
}

// Allow tells the role of a PIN's holder, who may do this. It takes as long as
// one hash for each PIN of such a role. from is where it was typed: [Here], or a
// device. The error is [ErrNone], a [Wrong], or a [Held] of somebody who did
// not wait.
func (l *List) Allow(from, pin string, to Act) (Role, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	candidates := l.who(to)
	if len(candidates) == 0 {
		return "", ErrNone
	}
	g := l.guesses[from]
	if g == nil {
		g = &guesses{}
		l.guesses[from] = g
	}
	if left := g.locked.Sub(l.now()); left > 0 {
		return "", &Held{left}
	}
	var who Role
	for _, c := range candidates {
		if c.is(pin) {
			who = c.role
		}
	}
	if who == "" {
		return "", g.miss(l.now())
	}
	delete(l.guesses, from)
	return who, nil
}

// Forget drops the guesses of a device that is gone for good.
func (l *List) Forget(from string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.guesses, from)
}

func (g *guesses) miss(now time.Time) error {
	if g.wrong++; g.wrong < tries {
		return &Wrong{Left: tries - g.wrong}
	}
	wait := min(firstWait<<min(g.waits, 8), longWait)
	g.wrong, g.waits, g.locked = 0, g.waits+1, now.Add(wait)
	return &Wrong{Wait: wait}
}

// candidate is a kept PIN and its holder's role.
type candidate struct {
	hash
	role Role
}

func (c candidate) is(pin string) bool {
	return form(pin) == nil && subtle.ConstantTimeCompare(c.of(pin), c.key) == 1
}

func (l *List) who(may Act) (all []candidate) {
	if Lead.May(may) {
		for _, h := range l.leads {
			all = append(all, candidate{h, Lead})
		}
	}
	for _, i := range l.issued {
		if i.Role.May(may) {
			all = append(all, candidate{i.hash, i.Role})
		}
	}
	return all
}
