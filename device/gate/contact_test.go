package gate

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"checkpoint"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"
)

// wired is an input as the configuration makes it, on a pin of software.
func wired(t *testing.T, c Config, of checkpoint.Contact) (in Input, pin *testPin) {
	t.Helper()
	pin = &testPin{Pin: gpiotest.Pin{N: of.String(), EdgesChan: make(chan gpio.Level, 16)}, asked: make(chan struct{}, 16)}
	for _, i := range c.inputs() {
		if i.Contact == of {
			i.Pin = pin
			return i.Input, pin
		}
	}
	t.Fatalf("no input %s", of)
	return in, nil
}

// follow watches an input and gives what it told.
func follow(t *testing.T, in Input) (told chan bool, faults chan error) {
	told, faults = make(chan bool, 16), make(chan error, 16)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		in.Watch(ctx, func(active bool) { told <- active }, func(err error) { faults <- err })
	}()
	t.Cleanup(func() { cancel(); <-ended })
	<-in.Pin.(*testPin).asked // edges from before would be lost
	return told, faults
}

func next[T any](t *testing.T, told chan T) T {
	t.Helper()
	select {
	case v := <-told:
		return v
	case <-time.After(10 * time.Second):
		t.Fatal("nothing told within 10 s")
		panic("unreachable")
	}
}

func TestFireContactIsToldAtOnceAndItsEndLater(t *testing.T) {
	in, pin := wired(t, Config{}, checkpoint.ContactFire)
	told, _ := follow(t, in) // the pull-up reads high: the loop is cut
	if !next(t, told) {
		t.Fatal("an end without an alarm")
	}
	began := time.Now()
	pin.EdgesChan <- gpio.Low
	if next(t, told) {
		t.Fatal("a second alarm")
	}
	if took := time.Since(began); took < fireRest {
		t.Errorf("released after %v, want at least %v", took, fireRest)
	}
}

func TestBouncingFireContactKeepsTheAlarm(t *testing.T) {
	in, pin := wired(t, Config{}, checkpoint.ContactFire)
	told, _ := follow(t, in)
	next(t, told)
	for range 5 {
		pin.EdgesChan <- gpio.Low
		time.Sleep(fireRest / 5)
		pin.EdgesChan <- gpio.High
		time.Sleep(fireRest / 5)
	}
	select {
	case <-told:
		t.Fatal("a bouncing contact ended the alarm")
	default:
	}
}

// What each input says when its wire is closed to ground, and when it is cut.
func TestWhatAClosedContactMeans(t *testing.T) {
	closed := map[checkpoint.Contact]bool{
		checkpoint.ContactFire: false, checkpoint.ContactDoor: false, checkpoint.ContactTamper: false,
		checkpoint.ContactPassage: true, checkpoint.ContactExit: true,
		checkpoint.Button1: true, checkpoint.Button2: true, checkpoint.Button3: true, checkpoint.ButtonPriority: true,
	}
	other := Config{FireActiveLow: true, Inverted: []string{
		"door_contact", "tamper_contact", "passage_sensor", "exit_button", "button_1", "button_2", "button_3", "button_priority",
	}}
	for contact, active := range closed {
		for name, c := range map[string]Config{"as wired": {}, "inverted": other} {
			t.Run(contact.String()+" "+name, func(t *testing.T) {
				t.Parallel()
				in, pin := wired(t, c, contact)
				told, _ := follow(t, in) // the pull-up reads high: nothing is closed
				end := gpio.Low
				switch {
				case active == (name == "as wired"):
					pin.EdgesChan <- gpio.Low
					end = gpio.High
				case in.Press: // it was down before anybody listened
					pin.EdgesChan <- gpio.Low
					time.Sleep(10 * in.Off)
					pin.EdgesChan <- gpio.High
				}
				if !next(t, told) {
					t.Error("an end without a beginning")
				}
				pin.EdgesChan <- end
				if next(t, told) {
					t.Error("told twice")
				}
			})
		}
	}
}

func TestShortPressIsNoPress(t *testing.T) {
	in, pin := wired(t, Config{DebounceMS: 1000}, checkpoint.Button1)
	told, _ := follow(t, in)
	pin.EdgesChan <- gpio.Low
	pin.EdgesChan <- gpio.High
	pin.EdgesChan <- gpio.Low
	pin.EdgesChan <- gpio.High
	time.Sleep(200 * time.Millisecond)
	if len(told) > 0 {
		t.Error("a contact that bounces was believed")
	}
}

// A button that is down when we begin to listen was not pressed for us: one whose
// wire is shorted, or wired the other way round, would open at every start.
func TestAButtonThatIsDownFromTheStartIsAFault(t *testing.T) {
	for _, of := range []checkpoint.Contact{checkpoint.Button1, checkpoint.Button2, checkpoint.Button3, checkpoint.ButtonPriority} {
		t.Run(of.String(), func(t *testing.T) {
			t.Parallel()
			in, pin := wired(t, Config{Inverted: []string{"button_1", "button_2", "button_3", "button_priority"}}, of)
			told, faults := follow(t, in) // the pull-up reads high: pressed
			if err := next(t, faults); err == nil || !strings.Contains(err.Error(), of.String()) || !strings.Contains(err.Error(), "inverted") {
				t.Fatalf("fault %v, want the button and what to look at", err)
			}
			pin.EdgesChan <- gpio.Low
			if err := next(t, faults); err != nil {
				t.Fatalf("the button was let go, and %v", err)
			}
			pin.EdgesChan <- gpio.High
			if pressed := next(t, told); !pressed {
				t.Error("told that it was let go, and nobody had pressed it")
			}
		})
	}
}

// testPin tells when it is asked to be an input. Once lost it fails as a line
// whose chip is gone: edges come at once, and asking for it again fails.
type testPin struct {
	gpiotest.Pin
	asked chan struct{}
	lost  atomic.Bool
}

func (p *testPin) In(pull gpio.Pull, edge gpio.Edge) error {
	if p.lost.Load() {
		return errors.New("no such device")
	}
	err := p.Pin.In(pull, edge)
	p.asked <- struct{}{}
	return err
}

func (p *testPin) WaitForEdge(d time.Duration) bool {
	if p.lost.Load() {
		return false
	}
	return p.Pin.WaitForEdge(d)
}

func TestLostLineIsAFaultUntilItIsBack(t *testing.T) {
	in, pin := wired(t, Config{}, checkpoint.ContactTamper)
	_, faults := follow(t, in)
	pin.lost.Store(true)
	if next(t, faults) == nil {
		t.Error("a line that never failed is back")
	}
	pin.lost.Store(false)
	if err := next(t, faults); err != nil {
		t.Errorf("told twice: %v", err)
	}
}
