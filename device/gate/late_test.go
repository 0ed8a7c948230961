package gate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"checkpoint"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"
)

// kernelLines are a machine's lines, of which none can be had at first.
type kernelLines struct {
	lines
	open   string // the chips that may be opened
	there  map[string]gpio.PinIO
	loads  int
	looks  int
	broken error
}

func newKernel() *kernelLines {
	k := &kernelLines{there: map[string]gpio.PinIO{}}
	have := map[string]gpio.PinIO{}
	k.lines = lines{
		chips: func() string { k.looks++; return k.open },
		load: func(again bool) error {
			if again != (k.loads > 0) {
				return errors.New("loaded for the first time twice")
			}
			k.loads++
			if k.open != "" {
				have = k.there
			}
			return k.broken
		},
		named: func(name string) gpio.PinIO { return have[name] },
	}
	return k
}

// appear has udev give the chip to this process.
func (k *kernelLines) appear() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.open = "/dev/gpiochip0"
}

// The box started before udev had given the pins to the daemon: the lane has no
// lamps and says so, claims none, and has them as soon as they come, showing what
// holds then.
func TestLinesThatComeLaterAreTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		zero := time.Now()
		k := newKernel()
		lamp, door := &recorder{zero: &zero}, &recorder{zero: &zero}
		k.there = map[string]gpio.PinIO{"GPIO17": lamp, "GPIO25": door}
		var told []error
		g, err := open(Config{Driver: DriverGPIO, Green: "GPIO17", Relay: "GPIO25"}, Options{OnFault: func(err error) { told = append(told, err) }}, &k.lines)
		if err == nil || !strings.Contains(err.Error(), `green: no GPIO line "GPIO17"`) || !strings.Contains(err.Error(), `relay: no GPIO line "GPIO25"`) {
			t.Errorf("open: %v", err)
		}
		g.Signal(checkpoint.SignalAdmit)
		g.Open()
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if last := told[len(told)-1]; last == nil || !strings.Contains(last.Error(), "GPIO17") || !strings.Contains(last.Error(), "GPIO25") {
			t.Errorf("the fault: %v", last)
		}
		if g.HasRelay() || len(g.Fitted()) > 0 {
			t.Errorf("it claims to have %v", g.Fitted())
		}
		k.appear()
		time.Sleep(latest + retryAfter)
		synctest.Wait()
		if got := g.Fitted(); !g.HasRelay() || !slices.Equal(got, []string{"green", "relay"}) {
			t.Errorf("fitted: %v", got)
		}
		if told[len(told)-1] != nil {
			t.Errorf("the fault stays: %v", told)
		}
		if lamp.Read() != gpio.High || door.take() != "" {
			t.Errorf("green is %v; the pulse of long ago: %q", lamp.Read(), door.take())
		}
		if k.loads != 2 {
			t.Errorf("the chips were taken in %d times", k.loads)
		}
		g.Open()
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		if door.Read() != gpio.High {
			t.Error("the relay does not move")
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A name that no chip has costs a look at the chips now and then, and nothing when
// the gate ends.
func TestALineThatNeverComesIsSoughtSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKernel()
		k.open = "/dev/gpiochip0"
		k.there = map[string]gpio.PinIO{"GPIO22": &gpiotest.Pin{N: "GPIO22"}}
		g, err := open(Config{Driver: DriverGPIO, Green: "GPIO170", Red: "GPIO22"}, Options{}, &k.lines)
		if err == nil || strings.Contains(err.Error(), "GPIO22") {
			t.Errorf("open: %v", err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if k.loads != 1 || k.looks > 130 {
			t.Errorf("in an hour the chips were taken in %d times and looked at %d times", k.loads, k.looks)
		}
		if err := g.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
}

// The fire contact is watched as soon as its line comes.
func TestAContactThatComesLaterIsWatched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKernel()
		k.there["GPIO5"] = &gpiotest.Pin{N: "GPIO5", L: gpio.High, EdgesChan: make(chan gpio.Level)}
		in := Input{Contact: checkpoint.ContactFire, Pin: k.late("GPIO5"), Look: fireLook}
		var told []string
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			in.Watch(ctx, func(active bool) { told = append(told, fmt.Sprint(active)) }, func(err error) { told = append(told, fmt.Sprint("fault ", err != nil)) })
		}()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if !slices.Equal(told, []string{"fault true"}) || in.Pin.Name() != "GPIO5" {
			t.Errorf("without the line: %v", told)
		}
		k.appear()
		time.Sleep(latest)
		synctest.Wait()
		if !slices.Equal(told, []string{"fault true", "fault false", "true"}) {
			t.Errorf("with it: %v", told)
		}
		cancel()
		<-ended
	})
}

// Where the kernel's lines cannot be read at all the reason is told.
func TestWhyLinesCannotBeRead(t *testing.T) {
	k := newKernel()
	k.broken = errors.New("no driver")
	if _, err := k.late("GPIO5").seek(); !errors.Is(err, k.broken) {
		t.Error(err)
	}
}
