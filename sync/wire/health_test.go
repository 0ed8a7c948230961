package wire_test

import (
	"bytes"
	"testing"

	"checkpoint/sync/wire"
)

func TestHealthTravelsUnchanged(t *testing.T) {
	for _, h := range []wire.Health{{}, {Snapshot: 41, Offered: 42, Held: wire.HeldByPause, Update: 3, Damaged: true, Decided: 1000, Refused: 7}} {
		b, err := h.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if got, err := wire.DecodeHealth(b); err != nil || got != h {
			t.Errorf("%+v became %+v, %v", h, got, err)
		}
	}
}

func TestHealthThatIsNone(t *testing.T) {
	more, err := wire.Health{Decided: 1, Refused: 2}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{
		"nothing": nil, "text": []byte("ready"), "more refused than decided": more, "version 2": {0xa1, 0x01, 0x02},
		"unknown field": {0xa2, 0x01, 0x01, 0x09, 0x01}, "two messages": {0xa1, 0x01, 0x01, 0xa1, 0x01, 0x01},
		"too long": bytes.Repeat([]byte{0}, 257), "unknown hold": {0xa2, 0x01, 0x01, 0x04, 0x03},
	} {
		if h, err := wire.DecodeHealth(b); err == nil {
			t.Errorf("%s: %+v", name, h)
		}
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
