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
	opened := b.awaitLit("RELAY")
	shut := b.awaitLine("RELAY", false)
	// The guest is emulated and may look late at either end.
	if pulse := time.Duration(shut - opened); pulse < 350*time.Millisecond || pulse > 2*time.Second {
		t.Errorf("the relay's pulse took %v, want 700 ms", pulse)
	}
	b.lampFirst(opened)
	b.awaitRecord("the decision", func(r checkpoint.Record) bool {
		return r.Kind == checkpoint.RecordDecision && r.Verdict == checkpoint.Admit
	})
	b.await("the province's mark", func(s control.Status) bool { return s.Journal.Waiting == 0 && !s.Link.LastMark.IsZero() })
}
