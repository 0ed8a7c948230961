package wire_test

import (
	"bytes"
	"testing"

	"checkpoint/sync/wire"
)

func TestHealthTravelsUnchanged(t *testing.T) {
	for _, h := range []wire.Health{{}, {Snapshot: 41, Offered: 42, Held: wire.HeldByPause, Update: 3, Damaged: true, Decided: 1000, Refused: 7}, {Snapshot: 41, Opened: true}, {Fault: "DISK_READ_ONLY"},
		{Run: 1 << 63, Told: 9, At: 1_800_000_000, SnapshotOf: 1_799_990_000, Waiting: 1204, HandedOver: 1_799_970_000, Faults: []string{"DATA_OLD"},
			Lanes: []wire.Lane{{Name: "Làn 1", State: wire.LaneReady}, {Name: "2", State: wire.LaneFaulty, Fault: "SCANNER_GONE"}}},
		{CertUntil: 1_800_000_000, Command: 1_700_000_000_123, CommandsRefused: 3, MarksForged: 2}} {
		b, err := h.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := wire.DecodeHealth(b); err != nil || !got.Equal(h) {
			t.Errorf("%+v became %+v, %v", h, got, err)
		}
	}
}

func TestHealthThatIsNone(t *testing.T) {
	more, err := wire.Health{Decided: 1, Refused: 2}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	shouting, err := wire.Health{Fault: "\x1b[2J"}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	encoded := func(h wire.Health) []byte {
		b, err := h.Encode()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, b := range map[string][]byte{
		"a lane that drives a terminal":   encoded(wire.Health{Lanes: []wire.Lane{{Name: "1\x1b[2J"}}}),
		"a lane without a name":           encoded(wire.Health{Lanes: []wire.Lane{{State: wire.LaneReady}}}),
		"a lane twice":                    encoded(wire.Health{Lanes: []wire.Lane{{Name: "1"}, {Name: "1"}}}),
		"a lane's fault in small letters": encoded(wire.Health{Lanes: []wire.Lane{{Name: "1", Fault: "x"}}}),
		"too many lanes":                  encoded(wire.Health{Lanes: make([]wire.Lane, wire.MaxLanes+1)}),
		"too many faults":                 encoded(wire.Health{Faults: make([]string, wire.MaxFaults+1)}),
		"nothing":                         nil, "a fault that drives a terminal": shouting, "text": []byte("ready"), "more refused than decided": more, "version 2": {0xa1, 0x01, 0x02},
		"two messages": {0xa1, 0x01, 0x01, 0xa1, 0x01, 0x01},
		"too long":     bytes.Repeat([]byte{0}, 2049), "text in the place of a number": {0xa2, 0x01, 0x01, 0x02, 0x61, 0x78},
	} {
		if h, err := wire.DecodeHealth(b); err == nil {
			t.Errorf("%s: %+v", name, h)
		}
	}
}

// A box that is newer than the office says things that the office does not know:
// the rest still counts.
func TestHealthOfANewerBoxIsUnderstood(t *testing.T) {
	newer := []byte{0xa4, 0x01, 0x01, 0x02, 0x18, 0x29, 0x04, 0x07, 0x18, 0x63, 0x83, 0x01, 0x02, 0x61, 0x78} // held: 7, field 99: [1, 2, "x"]
	h, err := wire.DecodeHealth(newer)
	if err != nil || h.Snapshot != 41 || h.Held != 7 {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestAnnouncementIsANumber(t *testing.T) {
	if n, err := wire.DecodeAnnouncement(wire.EncodeAnnouncement(1 << 63)); n != 1<<63 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	for _, bad := range []string{"", "0", "-1", "41 ", "0x29", "99999999999999999999", "000000000000000000041"} {
		if n, err := wire.DecodeAnnouncement([]byte(bad)); err == nil {
			t.Errorf("%q: %d", bad, n)
		}
	}
	if err := wire.CheckBox("snapshot"); err == nil {
		t.Error("a box may take the announcements' place among the topics")
	}
}
