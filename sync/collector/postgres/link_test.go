package postgres_test

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/Shopify/toxiproxy/v2/toxics"
	"github.com/rs/zerolog"

	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/uplink"
)

// Loss is what TCP makes of a lost packet: nothing is missing, but all that
// follows waits for the retransmission.
type Loss struct {
	Each int   `json:"each"` // of so many packets one is lost
	Wait int64 `json:"wait"` // ms until it comes again
}

// Pipe implements toxics.Toxic.
func (l *Loss) Pipe(stub *toxics.ToxicStub) {
	for n := 1; ; n++ {
		select {
		case <-stub.Interrupt:
			return
		case c := <-stub.Input:
			if c == nil {
				stub.Close()
				return
			}
			if n%l.Each == 0 {
				time.Sleep(time.Duration(l.Wait) * time.Millisecond)
			}
			stub.Output <- c
		}
	}
}

// badLink is a way to the broker with those toxics in both directions.
func badLink(t *testing.T, to string, attributes map[string]string) (url string) {
	t.Helper()
	toxics.Register("loss", new(Loss))
	p := toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "link", "127.0.0.1:0", to)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	for kind, with := range attributes {
		for _, direction := range []string{"upstream", "downstream"} {
			text := fmt.Sprintf(`{"type": %q, "stream": %q, "attributes": %s}`, kind, direction, with)
			if _, err := p.Toxics.AddToxicJson(strings.NewReader(text)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return "tcp://" + p.Listen
}

// As over a satellite telephone: 600 ms there and back, a packet in twenty lost
// (a second until TCP sends it again), 8 kbit/s where 9.6 were promised.
func TestASlowLinkThatLosesPacketsBringsAllRecords(t *testing.T) {
	n := 120
	if os.Getenv("CHECKPOINT_SOAK") != "" {
		n = 5000
	}
	s, db := fresh(t)
	broker := mosquittotest.Start(t)
	r, _ := startCollector(t, receiving(broker.URL(), "a", s))
	b := newBox(t, boxID)
	b.write(n / 2)
	b.connect(badLink(t, broker.Addr(), map[string]string{
		"latency": `{"latency": 300}`, "bandwidth": `{"rate": 1}`, "loss": `{"each": 20, "wait": 1000}`,
	}), func(o *uplink.Options) { o.ResendAfter, o.MaxBackoff = 0, 0 }) // as on a box
	b.write(n / 2)
	b.waitMarked()
	expectAll(t, shared.Cluster(t), db, b)
	if st := r.Stats(); st.Repeated > 0 {
		t.Errorf("%d of %d records went twice over a link that is paid for by the byte", st.Repeated, n)
	}
}

// street is a way to the broker on which the middle can die: what stands there
// keeps the connections and passes nothing on any more, in either direction.
type street struct {
	net.Listener
	mu   sync.Mutex
	dead chan struct{} // of the connections made so far
}

func newStreet(t *testing.T, to string) *street {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &street{Listener: l, dead: make(chan struct{})}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			s.mu.Lock()
			dead := s.dead
			s.mu.Unlock()
			for _, way := range [][2]net.Conn{{near, far}, {far, near}} {
				go pass(way[0], way[1], dead)
			}
		}
	}()
	return s
}

func pass(from, to net.Conn, dead <-chan struct{}) {
	b := make([]byte, 16<<10)
	for {
		n, err := from.Read(b)
		select {
		case <-dead:
			_, _ = io.Copy(io.Discard, from) // acknowledged by the kernel, and gone
			return
		default:
		}
		if _, writing := to.Write(b[:n]); err != nil || writing != nil {
			from.Close()
			to.Close()
			return
		}
	}
}

// die lets nobody know. Connections made afterwards work.
func (s *street) die() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.dead)
	s.dead = make(chan struct{})
}

// Mobile networks forget connections without telling either end.
func TestAHalfOpenConnectionIsGivenUpByItself(t *testing.T) {
	s, db := fresh(t)
	broker := mosquittotest.Start(t)
	startCollector(t, receiving(broker.URL(), "a", s))
	way := newStreet(t, broker.Addr())
	b := newBox(t, boxID)
	b.write(1000)
	b.connect("tcp://"+way.Addr().String(), func(o *uplink.Options) { o.KeepAlive = 2 * time.Second })
	for n := range 3 {
		waitStored(t, shared.Cluster(t), db, 200+n*500)
		way.die()
		b.write(500)
	}
	b.waitMarked()
	expectAll(t, shared.Cluster(t), db, b)
}
