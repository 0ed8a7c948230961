package main

import (
	"errors"
	"sync"

	"checkpoint/console/control"
	"checkpoint/device/board"
)

// panel is the board's screen: how bright a technician wants it, and what became
// of that. Its methods may be called from any goroutine.
type panel struct {
	sys string // where the kernel shows its devices

	mu   sync.Mutex
	want int // in percent; 0: as the board has it
	set  int // what it was set to
	err  error
}

// follow makes the screen as bright as is wanted, unless it was set so before:
// a screen that somebody darkens by other means is left to them.
func (p *panel) follow(want int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.want = want
	if want == 0 || want == p.set {
		return
	}
	screen, err := board.TheScreen(p.sys)
	if err == nil {
		err = screen.Set(want)
	}
	if p.err = err; err == nil {
		p.set = want
	}
}

// status is nil of a board without a panel.
func (p *panel) status() *control.Screen {
	p.mu.Lock()
	defer p.mu.Unlock()
	screen, err := board.TheScreen(p.sys)
	if errors.Is(err, board.ErrNoScreen) {
		return nil
	}
	s := &control.Screen{Set: p.want}
	if err == nil {
		s.Percent, err = screen.Percent()
	}
	if err == nil && p.want != p.set {
		err = p.err
	}
	s.Fault = text(err)
	return s
}
