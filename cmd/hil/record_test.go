package hil

import (
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
)

// A code goes in, the lamp and the relay move, and the province on the host has
// the record and said so to the box.
func TestFromCodeToProvince(t *testing.T) {
	b := newBox(t)
	b.scan("green", checkpoint.Admit)
	opened := b.awaitLine("RELAY", true)
	shut := b.awaitLine("RELAY", false)
	if pulse := time.Duration(shut - opened); pulse < 600*time.Millisecond || pulse > 2*time.Second {
		t.Errorf("the relay's pulse took %v, want 700 ms", pulse)
	}
	if at := b.awaitLine("GREEN", true); at > opened {
		t.Error("the relay moved before the lamp")
	}
	b.awaitRecord("the decision", func(r checkpoint.Record) bool {
		return r.Kind == checkpoint.RecordDecision && r.Verdict == checkpoint.Admit
	})
	b.await("the province's mark", func(s control.Status) bool { return s.Journal.Waiting == 0 && !s.Link.LastMark.IsZero() })
}
