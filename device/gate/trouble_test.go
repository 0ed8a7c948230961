package gate

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"checkpoint"
)

// The codes as docs/signals.md has them, worked out by hand.
func TestTroubleIsCountedOnTheBox(t *testing.T) {
	for trouble, want := range map[Trouble]string{
		Well:            "0+ 60- 4000+ 4060- 8000+ 8060-",
		NoConfiguration: "0+ 200- 500+ 700- 2700+ 2900- 3200+ 3400- 5400+ 5600- 5900+ 6100- 8100+",
		NoNetwork:       "0+ 200- 500+ 700- 1000+ 1200- 3200+ 3400- 3700+ 3900- 4200+ 4400- 6400+ 6600- 6900+ 7100- 7400+ 7600-",
		NotApproved:     "0+ 200- 500+ 700- 1000+ 1200- 1500+ 1700- 3700+ 3900- 4200+ 4400- 4700+ 4900- 5200+ 5400- 7400+ 7600- 7900+ 8100-",
		NoData:          "0+ 200- 500+ 700- 1000+ 1200- 1500+ 1700- 2000+ 2200- 4200+ 4400- 4700+ 4900- 5200+ 5400- 5700+ 5900- 6200+ 6400-",
		NoTime:          "0+ 200- 500+ 700- 1000+ 1200- 1500+ 1700- 2000+ 2200- 2500+ 2700- 4700+ 4900- 5200+ 5400- 5700+ 5900- 6200+ 6400- 6700+ 6900- 7200+ 7400-",
	} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, Options{})
			b.Trouble(trouble)
			b.Signal(checkpoint.SignalIdle)
			b.after(8150)
			if got := b.pins[status].take(); got != want {
				t.Errorf("%d: %s, want %s", trouble, got, want)
			}
			b.want(nil) // no other lamp says anything
		})
	}
}

// A person comes first: the lamps are theirs, and the count goes on afterwards.
func TestTroubleIsNotToldWhileSomebodyStandsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Options{})
		b.Trouble(NoData)
		b.Signal(checkpoint.SignalRefuse)
		b.after(3000)
		if got := b.pins[status].take(); got != "" {
			t.Errorf("the LED said %q to somebody who is refused", got)
		}
		b.Signal(checkpoint.SignalIdle)
		b.after(3250)
		if got := b.pins[status].take(); got != "3000+ 3200-" {
			t.Errorf("afterwards %q", got)
		}
	})
}

// To say the same again does not begin the count anew: the daemon says it every
// five seconds.
func TestTroubleThatLastsKeepsItsRhythm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Options{})
		b.Signal(checkpoint.SignalIdle)
		b.Trouble(NoConfiguration)
		b.after(100)
		b.Trouble(NoConfiguration)
		b.after(2600)
		if got := b.pins[status].take(); got != "0+ 200- 500+ 700-" {
			t.Errorf("%q", got)
		}
		b.Trouble(Well)
		b.after(3000)
		if got := b.pins[status].take(); got != "" {
			t.Errorf("a box that is well again goes on: %q", got)
		}
	})
}

// Where there is no LED on the box the amber lamp tells it, and only while
// nobody is there.
func TestTroubleWithoutAnLEDOnTheBox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		zero := time.Now()
		lamp := &recorder{zero: &zero}
		g := New(Pins{Amber: Pin{Out: lamp}}, Options{})
		defer g.Close()
		g.Trouble(NoConfiguration)
		g.Signal(checkpoint.SignalIdle)
		time.Sleep(1 * time.Second)
		synctest.Wait()
		if got := lamp.take(); got != "0+ 200- 500+ 700-" {
			t.Errorf("%q", got)
		}
		g.Signal(checkpoint.SignalFault)
		time.Sleep(1900 * time.Millisecond)
		synctest.Wait()
		if got := lamp.take(); got != "" {
			t.Errorf("a fault's amber comes after two seconds, got %q", got)
		}
	})
}

// LampsOnly moves nothing.
func TestLampsOnlyHasNothingThatOpens(t *testing.T) {
	c := Standard().LampsOnly()
	if err := Standard().Validate("gate"); err != nil {
		t.Error(err)
	}
	if c.Relay+c.Buzzer != "" || len(c.Contacts()) > 0 || !strings.HasPrefix(c.Status, "GPIO") {
		t.Errorf("%+v", c)
	}
}
