package wire

import (
	"fmt"
	"strconv"
)

// Health is how a box fares with its snapshot, retained: what a rollout is
// judged by. It counts decisions and names nobody.
type Health struct {
	Snapshot uint64 // number of the snapshot in use; 0: none
	Offered  uint64 // newest that the box knows of; 0: none
	Held     Held   // why it does not take that one yet
	Update   uint8  // what kept the last look from working; values of update.Fault
	Damaged  bool   // the snapshot in use, or a newer one, does not prove what it says
	Decided  uint64 // people decided about with the snapshot in use: admitted, referred or refused
	Refused  uint64 // of those
}

// Held says why a box waits with a newer snapshot.
type Held uint8

// Why a box waits.
const (
	NotHeld      Held = 0
	HeldForStage Held = 1
	HeldByPause  Held = 2
)

const maxHealth = 256

type healthV1 struct {
	Version  uint64 `cbor:"1,keyasint"`
	Snapshot uint64 `cbor:"2,keyasint,omitempty"`
	Offered  uint64 `cbor:"3,keyasint,omitempty"`
	Held     Held   `cbor:"4,keyasint,omitempty"`
	Update   uint8  `cbor:"5,keyasint,omitempty"`
	Damaged  bool   `cbor:"6,keyasint,omitempty"`
	Decided  uint64 `cbor:"7,keyasint,omitempty"`
	Refused  uint64 `cbor:"8,keyasint,omitempty"`
}

// Encode writes the health message.
func (h Health) Encode() ([]byte, error) {
	b, err := marshal(healthV1{version, h.Snapshot, h.Offered, h.Held, h.Update, h.Damaged, h.Decided, h.Refused})
	if err != nil {
		return nil, fmt.Errorf("encode health: %w", err)
	}
	return b, nil
}

// DecodeHealth reads one of untrusted bytes.
func DecodeHealth(b []byte) (Health, error) {
	if len(b) > maxHealth {
		return Health{}, fmt.Errorf("decode health: %d bytes, at most %d", len(b), maxHealth)
	}
	var w healthV1
	if err := unmarshal(b, &w); err != nil {
		return Health{}, fmt.Errorf("decode health: %w", err)
	}
	if w.Version != version || w.Held > HeldByPause || w.Refused > w.Decided || w.Decided > MaxSeq {
		return Health{}, fmt.Errorf("decode health: version %d, %d refused of %d", w.Version, w.Refused, w.Decided)
	}
	return Health{w.Snapshot, w.Offered, w.Held, w.Update, w.Damaged, w.Decided, w.Refused}, nil
}

// Announcement is the topic of the retained hint that a newer snapshot was
// published. It is not signed: all it can do is make boxes look.
func Announcement(province string) string { return root + "/" + province + "/" + snapshot }

// AllBoxes is the filter for one kind of message of all boxes of a province:
// "state", "info" or "health".
func AllBoxes(province, leaf string) string { return root + "/" + province + "/+/" + leaf }

// EncodeAnnouncement writes a snapshot's number, as people read it.
func EncodeAnnouncement(number uint64) []byte { return strconv.AppendUint(nil, number, 10) }

// DecodeAnnouncement reads a snapshot's number of untrusted bytes.
func DecodeAnnouncement(b []byte) (uint64, error) {
	n, err := strconv.ParseUint(string(b), 10, 64)
	if err != nil || n == 0 || len(b) > 20 {
		return 0, fmt.Errorf("announcement of %d bytes is no snapshot number", len(b))
	}
	return n, nil
}
