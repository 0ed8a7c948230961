package main

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// relay stands between boxes and broker and counts what passes, TLS and all.
type relay struct {
	net.Listener
	to       string
	up, down atomic.Int64
	open     sync.WaitGroup
}

func newRelay(to string) (*relay, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &relay{Listener: l, to: to}
	go r.accept() // ends with the listener
	return r, nil
}

func (r *relay) address() string { return r.Addr().String() }

func (r *relay) accept() {
	for {
		near, err := r.Accept()
		if err != nil {
			return
		}
		r.open.Go(func() { r.pass(near) })
	}
}

func (r *relay) pass(near net.Conn) {
	defer near.Close()
	far, err := net.Dial("tcp", r.to)
	if err != nil {
		return // the box sees a broken connection, and comes again
	}
	defer far.Close()
	var both sync.WaitGroup
	both.Go(func() { copyHalf(far, near, &r.up) })
	both.Go(func() { copyHalf(near, far, &r.down) })
	both.Wait()
}

// copyHalf lets the kernel move the bytes, so that counting costs little.
func copyHalf(to, from net.Conn, count *atomic.Int64) {
	n, _ := io.Copy(to, from) // the ends notice what broke
	count.Add(n)
	to.Close()
	from.Close()
}

// counted closes the relay once its boxes have left, and returns what passed.
func (r *relay) counted() (up, down int64) {
	r.Close()
	r.open.Wait()
	return r.up.Load(), r.down.Load()
}
