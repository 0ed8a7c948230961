package gate

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"checkpoint"

	"periph.io/x/conn/v3/gpio"
)

// signals is the province's table (docs/signals.md) as edges, worked out by hand over two periods and
// more. It shares nothing with the table that is tested.
var signals = map[checkpoint.Signal]struct {
	until int
	edges map[role]string
}{
	checkpoint.SignalDark:    {5000, nil},
	checkpoint.SignalIdle:    {12_050, map[role]string{status: "0+ 60- 4000+ 4060- 8000+ 8060- 12000+"}},
	checkpoint.SignalAdmit:   {5000, map[role]string{green: "0+", buzzer: "0+ 200-"}},
	checkpoint.SignalRefer:   {3700, map[role]string{amber: "0+ 600- 1200+ 1800- 2400+ 3000- 3600+", buzzer: "0+ 150- 300+ 450-"}},
	checkpoint.SignalRefuse:  {3100, map[role]string{red: "0+ 200- 400+ 600- 1500+ 1700- 1900+ 2100- 3000+", buzzer: "0+ 500- 700+ 1200- 1400+ 1900-"}},
	checkpoint.SignalRepeat:  {3750, map[role]string{amber: "0+ 150- 400+ 550- 800+ 950- 1850+ 2000- 2250+ 2400- 2650+ 2800- 3700+", buzzer: "0+ 100- 200+ 600-"}},
	checkpoint.SignalNotRead: {5000, map[role]string{amber: "0+ 250-", buzzer: "0+ 60- 120+ 180-"}},
	checkpoint.SignalFault: {8100, map[role]string{
		red:    "0+ 2000- 4000+ 6000- 8000+",
		amber:  "2000+ 4000- 6000+ 8000-",
		buzzer: "0+ 1200-",
	}},
	checkpoint.SignalEmergency: {2100, map[role]string{green: "0+", status: "0+ 500- 1000+ 1500- 2000+", buzzer: "0+ 1200-"}},
	// A lamp walk: one at a time.
	checkpoint.SignalWalkGreen:  {3000, map[role]string{green: "0+"}},
	checkpoint.SignalWalkAmber:  {3000, map[role]string{amber: "0+"}},
	checkpoint.SignalWalkRed:    {3000, map[role]string{red: "0+"}},
	checkpoint.SignalWalkStatus: {3000, map[role]string{status: "0+"}},
	checkpoint.SignalWalkBuzzer: {2100, map[role]string{buzzer: "0+ 200- 1000+ 1200- 2000+"}},
}

func TestEverySignal(t *testing.T) {
	for signal, c := range signals {
		t.Run(signal.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(t, Options{})
				b.Signal(signal)
				b.after(c.until)
				b.want(c.edges)
			})
		})
	}
	if n := len(signals); n != len(patterns) {
		t.Errorf("%d signals tested, the table has %d", n, len(patterns))
	}
}

func TestPolarity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Options{}, red, buzzer, relay)
		if b.pins[relay].Read() != gpio.High || b.pins[green].Read() != gpio.Low {
			t.Error("pins are not at rest to begin with")
		}
		b.Signal(checkpoint.SignalRefuse)
		b.Open()
		b.after(2000)
		b.want(map[role]string{red: "0+ 200- 400+ 600- 1500+ 1700- 1900+", buzzer: "0+ 500- 700+ 1200- 1400+ 1900-", relay: "0+"})
		if b.pins[relay].Read() != gpio.Low {
			t.Error("an active-low relay is energised by a low level")
		}
	})
}

func TestSignalChangesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Options{})
		b.Signal(checkpoint.SignalRefuse)
		b.after(450)
		b.Signal(checkpoint.SignalAdmit)
		b.after(500)
		b.Signal(checkpoint.SignalIdle)
		b.after(600)
		b.want(map[role]string{
			red:    "0+ 200- 400+ 450-",
			buzzer: "0+ 500-", // on into the sound of admit, off with idle
			green:  "450+ 500-",
			status: "500+ 560-",
		})
	})
}

func TestSameSignalAgainStartsOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Options{})
		b.Signal(checkpoint.SignalNotRead)
		b.after(1000)
		b.Signal(checkpoint.SignalNotRead)
		b.after(2000)
		b.want(map[role]string{amber: "0+ 250- 1000+ 1250-", buzzer: "0+ 60- 120+ 180- 1000+ 1060- 1120+ 1180-"})
	})
}

func TestNoticeSoundsOverTheSignal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Options{})
		b.Signal(checkpoint.SignalRefer)
		b.after(1000)
		b.Notice()
		b.after(1900)
		b.want(map[role]string{amber: "0+ 600- 1200+ 1800-", buzzer: "0+ 150- 300+ 450- 1000+ 1040- 1080+ 1120- 1160+ 1200-"})
	})
}

func TestRelayPulse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Options{})
		b.Open()
		b.after(10_000)
		b.Open()
		b.after(12_000)
		b.Open() // the next person, while it is open
		b.after(20_000)
		b.want(map[role]string{relay: "0+ 3000- 10000+ 15000-"})
	})
}

func TestRelayPulseIsConfigurable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Options{RelayPulse: 700 * time.Millisecond})
		b.Open()
		b.Signal(checkpoint.SignalDark) // signals do not touch the relay
		b.after(5000)
		b.want(map[role]string{relay: "0+ 700-"})
	})
}

func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Options{})
		b.Hold(true)
		b.after(1000)
		b.Open() // ends while held: nothing happens
		b.after(60_000)
		b.Hold(false)
		b.after(61_000)
		b.Hold(true)
		b.Open()
		b.after(62_000)
		b.Hold(false) // at rest at once, the person's own pulse too
		b.after(70_000)
		b.want(map[role]string{relay: "0+ 60000- 61000+ 62000-"})
	})
}

func TestWithoutPins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := New(Pins{}, Options{})
		if g.HasRelay() {
			t.Error("HasRelay without a relay")
		}
		g.Signal(checkpoint.SignalRefuse)
		g.Notice()
		g.Open()
		g.Hold(true)
		time.Sleep(5 * time.Second)
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	if b := (&Gate{pins: [roles]*driven{relay: {}}}); !b.HasRelay() {
		t.Error("HasRelay = false with a relay")
	}
}

func TestNewPutsPinsToRest(t *testing.T) {
	zero := time.Now()
	pin := &recorder{zero: &zero, low: true} // electrically low: on, as after a crash
	g := New(Pins{Relay: Pin{Out: pin, ActiveLow: true}}, Options{})
	defer g.Close()
	if pin.Read() != gpio.High {
		t.Error("the relay was not at rest when New returned")
	}
}

func TestCloseIsDark(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Options{}, relay, green)
		b.Signal(checkpoint.SignalEmergency)
		b.Hold(true)
		b.after(100)
		if err := b.Close(); err != nil {
			t.Error(err)
		}
		b.want(map[role]string{green: "0+ 100-", status: "0+ 100-", buzzer: "0+ 100-", relay: "0+ 100-"})
		b.Open()
		b.Signal(checkpoint.SignalAdmit)
		b.after(1000)
		b.want(nil)
		if err := b.Close(); err != nil {
			t.Error("second Close:", err)
		}
	})
}

func TestCloseGoesOnPastPinsThatFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Options{})
		b.Signal(checkpoint.SignalEmergency)
		b.Hold(true)
		b.after(100)
		burnt, loose := errors.New("burnt"), errors.New("loose")
		b.pins[green].setFail(burnt)
		b.pins[status].setFail(loose)
		err := b.Close()
		if !errors.Is(err, burnt) || !errors.Is(err, loose) || !strings.Contains(err.Error(), "green") {
			t.Errorf("Close = %v, want both faults", err)
		}
		b.want(map[role]string{green: "0+", status: "0+", buzzer: "0+ 100-", relay: "0+ 100-"})
	})
}

func TestFaultAndRecoveryAreToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var told []string
		b := newBench(t, Options{OnFault: func(err error) { told = append(told, fmt.Sprint(err)) }})
		b.Open()
		b.after(1000)
		b.pins[relay].setFail(errors.New("loose"))
		b.pins[red].setFail(errors.New("burnt"))
		b.Signal(checkpoint.SignalRefuse)
		b.after(8000)
		if want := []string{"write pin red: burnt", "write pin red: burnt\nwrite pin relay: loose"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		told = nil
		b.pins[relay].setFail(nil)
		b.after(8300)
		if p := b.pins[relay].take(); !strings.HasPrefix(p, "0+ 8") {
			t.Errorf("the relay did not go to rest when it could: %q", p)
		}
		if want := []string{"write pin red: burnt"}; !slices.Equal(told, want) {
			t.Errorf("told %q while red still fails, want %q", told, want)
		}
		told = nil
		b.pins[red].setFail(nil)
		b.after(12_000)
		if want := []string{"<nil>"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want one recovery", told)
		}
	})
}

func TestPinsAreWrittenOnlyToChangeThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Options{})
		b.Signal(checkpoint.SignalRefuse)
		b.after(60_000)
		if n := b.pins[green].tries; n != 1 {
			t.Errorf("green was written %d times without a change", n)
		}
	})
}

func TestTrace(t *testing.T) {
	var trace bytes.Buffer
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Options{Trace: &trace})
		b.Signal(checkpoint.SignalAdmit)
		b.Open()
		b.after(250)
	})
	var last int64
	var edges []string
	for l := range strings.Lines(trace.String()) {
		var at int64
		var pin string
		var level int
		if _, err := fmt.Sscanf(l, "%d %s %d\n", &at, &pin, &level); err != nil || at < last {
			t.Fatalf("line %q: %v", l, err)
		}
		last = at
		edges = append(edges, fmt.Sprint(pin, level))
	}
	want := []string{"green1", "buzzer1", "relay1", "buzzer0", "green0", "relay0"}
	if !slices.Equal(edges, want) {
		t.Errorf("edges %q, want %q", edges, want)
	}
}

// TestNeverMoreThanThreeFlashes counts, over the table, every lamp coming on
// within any second, all lamps of a signal together.
func TestNeverMoreThanThreeFlashes(t *testing.T) {
	for s, p := range patterns {
		var starts []time.Duration
		for r := green; r <= status; r++ {
			was := false
			for at := time.Duration(0); at < 20*time.Second; {
				on, next := p[r].at(at)
				if on && !was {
					starts = append(starts, at)
				}
				was = on
				if next == never {
					break
				}
				at += next
			}
		}
		slices.Sort(starts)
		for i := range starts {
			if i >= 3 && starts[i]-starts[i-3] < time.Second {
				t.Errorf("%s: four flashes from %v to %v", checkpoint.Signal(s), starts[i-3], starts[i])
			}
		}
	}
}

func TestUnknownSignalIsAFault(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Options{})
		b.Signal(checkpoint.Signal(200))
		b.after(2100)
		b.want(map[role]string{red: "0+ 2000-", amber: "2000+", buzzer: "0+ 1200-"})
	})
}

func TestCallersDoNotDisturbEachOther(t *testing.T) {
	b := New(Pins{}, Options{})
	var wg sync.WaitGroup
	for s := range maps.Keys(signals) {
		wg.Go(func() {
			for range 100 {
				b.Signal(s)
				b.Notice()
				b.Open()
				b.Hold(s%2 == 0)
			}
		})
	}
	wg.Wait()
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}
