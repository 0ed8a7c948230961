package gate

import (
	"context"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/gpio/gpiotest"
)

// onContact watches a pin and gives what it told.
func onContact(t *testing.T, c Contact) (pin *gpiotest.Pin, told chan bool) {
	pin = &gpiotest.Pin{N: "FIRE", EdgesChan: make(chan gpio.Level, 16)}
	c.Pin = pin
	told = make(chan bool, 16)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = c.Watch(ctx, func(alarm bool) { told <- alarm }) }()
	t.Cleanup(func() { cancel(); <-ended })
	return pin, told
}

func next(t *testing.T, told chan bool, within time.Duration) bool {
	t.Helper()
	select {
	case alarm := <-told:
		return alarm
	case <-time.After(within):
		t.Fatalf("nothing told within %v", within)
		return false
	}
}

func TestFireContactIsToldAtOnceAndItsEndLater(t *testing.T) {
	pin, told := onContact(t, Contact{})
	next(t, told, 5*time.Second)
	began := time.Now()
	pin.EdgesChan <- gpio.Low
	if next(t, told, 5*time.Second) {
		t.Fatal("a second alarm")
	}
	if took := time.Since(began); took < contactHold {
		t.Errorf("released after %v, want at least %v", took, contactHold)
	}
}

func TestBouncingContactKeepsTheAlarm(t *testing.T) {
	pin, told := onContact(t, Contact{})
	next(t, told, 5*time.Second)
	for range 5 {
		pin.EdgesChan <- gpio.Low
		time.Sleep(contactHold / 5)
		pin.EdgesChan <- gpio.High
		time.Sleep(contactHold / 5)
	}
	select {
	case <-told:
		t.Fatal("a bouncing contact ended the alarm")
	default:
	}
}

func TestAlarmThatIsAlreadyThere(t *testing.T) {
	_, told := onContact(t, Contact{}) // the pull-up reads high: the loop is cut
	if !next(t, told, 5*time.Second) {
		t.Fatal("not told")
	}
}

func TestLoopThatClosesInAnAlarm(t *testing.T) {
	pin, told := onContact(t, Contact{ActiveLow: true})
	time.Sleep(3 * contactLook)
	if len(told) > 0 {
		t.Fatal("an open loop was an alarm")
	}
	pin.EdgesChan <- gpio.Low
	if !next(t, told, 5*time.Second) {
		t.Fatal("an end without an alarm")
	}
}
