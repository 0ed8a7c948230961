package hil

import (
	"fmt"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/device/lab/virtual"
)

// newSerial plugs a USB scanner in serial mode in, for this test.
func newSerial(t *testing.T) *virtual.SerialScanner {
	t.Helper()
	s, err := virtual.NewSerialScanner("scanner")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Remove(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func serialReader(s *virtual.SerialScanner) string {
	return fmt.Sprintf("name = \"usb\"\nkind = \"serial\"\npath = %q\n", s.Device())
}

// A code goes in, the lamp and the relay move, and the province on the host has
// the record and said so to the box.
func TestFromCodeToProvince(t *testing.T) {
	s := newSerial(t)
	b := newBox(t, serialReader(s))
	b.awaitReaders(true)
	b.must(s.Send(card(t, "green") + "\r"))
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
