package hil

import (
	"io"
	"net"
	"testing"
)

// near is the broker at a port of the guest's own: a box talks to others over
// TLS alone, which farlink is about.
func near(t *testing.T, broker string) (url string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			box, err := l.Accept()
			if err != nil {
				return
			}
			host, err := net.Dial("tcp", broker)
			if err != nil {
				box.Close()
				continue
			}
			go pass(box, host)
			go pass(host, box)
		}
	}()
	return "tcp://" + l.Addr().String()
}

// pass ends both ways when either end goes.
func pass(from, to net.Conn) {
	_, _ = io.Copy(to, from)
	from.Close()
	to.Close()
}
