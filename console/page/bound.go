package page

import (
	"net"
	"net/netip"
	"sync"
)

// Bounds of connections from the network. One costs some 40 kB and, if it says
// nothing, is cut after readWithin.
const (
	mostConns = 128
	mostOfOne = 32 // of one address
)

// bounded closes at once what is beyond the bounds.
type bounded struct {
	net.Listener

	mu   sync.Mutex
	all  int
	from map[netip.Addr]int
}

func bound(l net.Listener) net.Listener {
	return &bounded{Listener: l, from: map[netip.Addr]int{}}
}

// Accept implements net.Listener.
func (b *bounded) Accept() (net.Conn, error) {
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		at := addressOf(c)
		if b.take(at) {
			return &boundedConn{Conn: c, leave: sync.OnceFunc(func() { b.give(at) })}, nil
		}
		c.Close()
	}
}

func addressOf(c net.Conn) netip.Addr {
	at, err := netip.ParseAddrPort(c.RemoteAddr().String())
	if err != nil {
		return netip.Addr{}
	}
	return at.Addr().Unmap()
}

func (b *bounded) take(at netip.Addr) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all >= mostConns || b.from[at] >= mostOfOne {
		return false
	}
	b.all++
	b.from[at]++
	return true
}

func (b *bounded) give(at netip.Addr) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all--
	if b.from[at]--; b.from[at] == 0 {
		delete(b.from, at)
	}
}

type boundedConn struct {
	net.Conn
	leave func()
}

// Close implements net.Conn.
func (c *boundedConn) Close() error {
	c.leave()
	return c.Conn.Close()
}
