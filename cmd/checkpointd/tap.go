package main

import (
	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/doctor"
	"checkpoint/sync/enrol"
	"checkpoint/verify/credential"
)

// tap lets a technician see, masked, what a lane's readers deliver. The test
// code does not reach the lane while somebody waits for it: it is no person's.
// Nor does the claim of a new box, which `checkpointctl enrol --scan daemon` waits
// for; else the lane says what kind of code it is, as of any that is nobody's. All
// else goes to the lane, or to the lesson in its place.
type tap struct {
	*lane
	codes  *control.Codes
	clock  checkpoint.Clock
	claims chan<- string
}

// Scan implements checkpoint.Sink.
func (t tap) Scan(s checkpoint.Scan) {
	if t.codes.Wanted() && t.tell(s) != control.NoTest {
		return
	}
	if t.claimed(s) {
		return
	}
	t.school.Scan(s)
}

// claimed hands a claim to whoever waits for one.
func (t tap) claimed(s checkpoint.Scan) bool {
	if !enrol.LooksLikeClaim(s.Payload) {
		return false
	}
	select {
	case t.claims <- string(s.Payload):
		return true
	default:
		return false
	}
}

func (t tap) tell(s checkpoint.Scan) control.Test {
	c := control.Code{Lane: t.config.Name, Reader: s.Reader, Test: control.TestOf(s.Payload, doctor.TestCode)}
	if !s.Unreadable && c.Test == control.NoTest {
		now, _ := t.clock.Now()
		card := credential.Parse(s.Payload, now)
		c.Kind, c.Number = card.Format, control.Masked(card.Number)
	}
	t.codes.Tell(c)
	return c.Test
}
