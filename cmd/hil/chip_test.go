package hil

import (
	"strings"
	"testing"

	"checkpoint"
	"checkpoint/console/control"
)

// A GPIO chip that goes away under the daemon is a fault with its next step.
// The lane reads on, and after that step every lamp and contact is back.
func TestChipThatGoesAndComesBack(t *testing.T) {
	b := newBox(t)
	b.unwire()
	gone := func(s control.Status) bool {
		fault := s.Lanes[0].GateFail
		return strings.Contains(fault, "write pin") && strings.Contains(fault, "watch fire") && strings.Contains(fault, "systemctl restart checkpointd")
	}
	b.await("the fault of a chip that is gone", gone)
	b.must(b.scanner.Send("https://example.com/menu"))
	b.await("a code that is read without lamps", func(s control.Status) bool { return s.Lanes[0].Reason == checkpoint.NotPersonal })
	b.wire()
	b.await("a fault that stays until the next step", gone)
	b.kill()
	b.start()
	b.await("a gate without fault", func(s control.Status) bool { return s.Lanes[0].GateFail == "" })
	b.pull("FIRE", true)
	b.awaitLine("GREEN", true)
	b.awaitLine("RELAY", true)
	b.pull("FIRE", false)
	b.awaitLine("RELAY", false)
}
