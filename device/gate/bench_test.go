package gate

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"
)

// recorder is a pin that writes down when it went on and off, in milliseconds
// since the test's zero: "0+ 600- 1200+".
type recorder struct {
	gpiotest.Pin
	zero  *time.Time
	low   bool // active low
	mu    sync.Mutex
	edges []string
	fail  error
	tries int
}

func (r *recorder) Out(l gpio.Level) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries++
	if r.fail != nil {
		return r.fail
	}
	if r.Read() != l {
		sign := "-"
		if l != gpio.Level(r.low) {
			sign = "+"
		}
		r.edges = append(r.edges, fmt.Sprint(time.Since(*r.zero).Milliseconds(), sign))
	}
	return r.Pin.Out(l)
}

func (r *recorder) setFail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = err
}

func (r *recorder) take() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := strings.Join(r.edges, " ")
	r.edges = nil
	return s
}

// bench is a fully fitted gate on recorders, in a bubble of fake time.
type bench struct {
	*Gate
	t    *testing.T
	zero time.Time
	pins [roles]*recorder
}

func newBench(t *testing.T, o Options, activeLow ...role) *bench {
	b := &bench{t: t, zero: time.Now()}
	var pins [roles]Pin
	for r := range pins {
		low := slices.Contains(activeLow, role(r))
		b.pins[r] = &recorder{zero: &b.zero, low: low}
		b.pins[r].L = gpio.Level(low) // off, so that only edges of the test count
		pins[r] = Pin{Out: b.pins[r], ActiveLow: low}
	}
	b.Gate = New(Pins{Green: pins[green], Amber: pins[amber], Red: pins[red], Status: pins[status], Buzzer: pins[buzzer], Relay: pins[relay]}, o)
	t.Cleanup(func() { b.Close() })
	synctest.Wait()
	return b
}

// after lets fake time run to ms since zero.
func (b *bench) after(ms int) {
	time.Sleep(time.Until(b.zero.Add(millis(ms))))
	synctest.Wait()
}

// want compares the edges since the last call; a pin that is not named must
// not have moved.
func (b *bench) want(want map[role]string) {
	b.t.Helper()
	for r, p := range b.pins {
		if got := p.take(); got != want[role(r)] {
			b.t.Errorf("%s: edges %q, want %q", role(r), got, want[role(r)])
		}
	}
}
