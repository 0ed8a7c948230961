//go:build linux

package camera

import (
	"sync"
	"time"
)

// newest hands pictures from the goroutine that receives them to the one that
// looks: only the newest counts, and three buffers go round.
type newest struct {
	news chan struct{} // there may be something

	mu          sync.Mutex
	ready       []byte // nil: none
	held, spare []byte
	err         error
}

func newNewest() *newest { return &newest{news: make(chan struct{}, 1)} }

// put offers a picture in the place of one that nobody has taken, and gives
// memory for the next; it may be nil.
func (n *newest) put(p []byte) (next []byte) {
	n.mu.Lock()
	next = n.ready
	if next == nil {
		next, n.spare = n.spare, nil
	}
	n.ready = p
	n.mu.Unlock()
	n.tell()
	return next
}

// fail ends it.
func (n *newest) fail(err error) {
	n.mu.Lock()
	n.err = err
	n.mu.Unlock()
	n.tell()
}

func (n *newest) tell() {
	select {
	case n.news <- struct{}{}:
	default:
	}
}

// take waits up to [ReadTimeout] for a picture, which is good until the next
// call; nil: none. A picture that came before the end is still given.
func (n *newest) take() ([]byte, error) {
	p, err := n.now()
	if p != nil || err != nil {
		return p, err
	}
	select {
	case <-n.news:
	case <-time.After(ReadTimeout):
	}
	return n.now()
}

func (n *newest) now() ([]byte, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.ready == nil {
		return nil, n.err
	}
	if n.held != nil {
		n.spare = n.held
	}
	n.held, n.ready = n.ready, nil
	return n.held, nil
}
