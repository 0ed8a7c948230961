package wire

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"unicode"
	"unicode/utf8"

	"checkpoint/sync/internal/canonical"
)

// Health is how a box fares, with its snapshot above all, retained: what a
// rollout is judged by. It counts decisions and names nobody.
type Health struct {
	Snapshot uint64 // number of the snapshot in use; 0: none
	Offered  uint64 // newest that the box knows of; 0: none
	Held     Held   // why it does not take that one yet
	Update   uint8  // what kept the last look from working; values of update.Fault
	Damaged  bool   // the snapshot in use, or a newer one, does not prove what it says
	Decided  uint64 // people decided about with the snapshot in use: admitted, referred or refused
	Refused  uint64 // of those
	Opened   bool   // the box's cover is open: a tamper contact says so

	CertUntil       int64  // when the box's certificate ends, Unix seconds; 0: it has none
	Command         uint64 // number of the newest command that was obeyed; 0: none yet
	CommandsRefused uint64 // since the daemon's start
	MarksForged     uint64 // marks since then that no collector signed for the box

	Fault string // the worst that is wrong with the box and told, a code of console/faults; empty: nothing

	// Which word of which run of the daemon this is: brokers, and collectors that
	// share a database, may bring an older one later. [Health.Stamp] sets both.
	Run, Told uint64
	At        int64 // when it was said, by the box's clock, Unix seconds

	SnapshotOf int64    // when the data in use were built, Unix seconds; 0: none
	Waiting    uint64   // records that the province does not have yet
	HandedOver int64    // when the shift that goes on began, Unix seconds; 0: not known
	Lanes      []Lane   // at most MaxLanes
	Faults     []string // what is wrong with the box itself and told, the worst first; at most MaxFaults codes
}

// Bounds of a health message, so that it stays below 2 KiB.
const (
	MaxLanes  = 16
	MaxFaults = 8
)

// Lane is how one lane fares. Nothing of it changes with the people before it.
type Lane struct {
	Name  string    `cbor:"1,keyasint"`
	State LaneState `cbor:"2,keyasint,omitempty"`
	Fault string    `cbor:"3,keyasint,omitempty"` // the worst that is wrong with it and told; empty: nothing
}

// LaneState says what a lane is good for now.
type LaneState uint8

// The states of a lane. A newer box may have further ones.
const (
	LaneReady        LaneState = 1
	LaneFaulty       LaneState = 2 // checks people, and does not do all it should
	LaneOutOfService LaneState = 3 // checks nobody
	LaneTraining     LaneState = 4
	LaneEmergency    LaneState = 5 // the gate is held open
)

// Stamp says which word it is, so that an older one never takes its place.
func (h *Health) Stamp(run, told uint64) { h.Run, h.Told = run, told }

// Equal tells whether two messages say the same.
func (h Health) Equal(o Health) bool { return reflect.DeepEqual(h, o) }

// Held says why a box waits with a newer snapshot.
type Held uint8

// Why a box waits. A newer box may have further reasons.
const (
	NotHeld      Held = 0
	HeldForStage Held = 1
	HeldByPause  Held = 2
)

const maxHealth = 2 << 10

// faultCode bounds what a box may have an office show.
var faultCode = regexp.MustCompile(`^[A-Z_]{0,32}$`)

type healthV1 struct {
	Version  uint64 `cbor:"1,keyasint"`
	Snapshot uint64 `cbor:"2,keyasint,omitempty"`
	Offered  uint64 `cbor:"3,keyasint,omitempty"`
	Held     Held   `cbor:"4,keyasint,omitempty"`
	Update   uint8  `cbor:"5,keyasint,omitempty"`
	Damaged  bool   `cbor:"6,keyasint,omitempty"`
	Decided  uint64 `cbor:"7,keyasint,omitempty"`
	Refused  uint64 `cbor:"8,keyasint,omitempty"`
	Opened   bool   `cbor:"9,keyasint,omitempty"`

	CertUntil       int64  `cbor:"10,keyasint,omitempty"`
	Command         uint64 `cbor:"11,keyasint,omitempty"`
	CommandsRefused uint64 `cbor:"12,keyasint,omitempty"`
	MarksForged     uint64 `cbor:"13,keyasint,omitempty"`
	Fault           string `cbor:"14,keyasint,omitempty"`

	Run        uint64   `cbor:"15,keyasint,omitempty"`
	Told       uint64   `cbor:"16,keyasint,omitempty"`
	At         int64    `cbor:"17,keyasint,omitempty"`
	SnapshotOf int64    `cbor:"18,keyasint,omitempty"`
	Waiting    uint64   `cbor:"19,keyasint,omitempty"`
	HandedOver int64    `cbor:"20,keyasint,omitempty"`
	Lanes      []Lane   `cbor:"21,keyasint,omitempty"`
	Faults     []string `cbor:"22,keyasint,omitempty"`
}

// Encode writes the health message.
func (h Health) Encode() ([]byte, error) {
	b, err := canonical.Marshal(healthV1{version, h.Snapshot, h.Offered, h.Held, h.Update, h.Damaged, h.Decided, h.Refused, h.Opened, h.CertUntil, h.Command, h.CommandsRefused, h.MarksForged, h.Fault,
		h.Run, h.Told, h.At, h.SnapshotOf, h.Waiting, h.HandedOver, h.Lanes, h.Faults}, maxHealth)
	if err != nil {
		return nil, fmt.Errorf("encode health: %w", err)
	}
	return b, nil
}

// DecodeHealth reads one of untrusted bytes. What it does not know it lets pass:
// boxes are renewed one by one, and the office may be the last.
func DecodeHealth(b []byte) (Health, error) {
	var w healthV1
	if err := canonical.UnmarshalLenient(b, &w, maxHealth); err != nil {
		return Health{}, fmt.Errorf("decode health: %w", err)
	}
	if err := w.showable(); err != nil {
		return Health{}, fmt.Errorf("decode health: %w", err)
	}
	if w.Version != version || w.Refused > w.Decided || w.Decided > MaxSeq {
		return Health{}, fmt.Errorf("decode health: version %d, %d refused of %d", w.Version, w.Refused, w.Decided)
	}
	return Health{w.Snapshot, w.Offered, w.Held, w.Update, w.Damaged, w.Decided, w.Refused, w.Opened, w.CertUntil, w.Command, w.CommandsRefused, w.MarksForged, w.Fault,
		w.Run, w.Told, w.At, w.SnapshotOf, w.Waiting, w.HandedOver, w.Lanes, w.Faults}, nil
}

// showable wants what an office will read to be short, and fit for a terminal.
func (w healthV1) showable() error {
	if len(w.Lanes) > MaxLanes || len(w.Faults) > MaxFaults || w.Waiting > MaxSeq {
		return fmt.Errorf("%d lanes, %d faults, %d records waiting", len(w.Lanes), len(w.Faults), w.Waiting)
	}
	codes := append([]string{w.Fault}, w.Faults...)
	for i, l := range w.Lanes {
		if !laneName(l.Name) {
			return fmt.Errorf("%q is no name of a lane", l.Name)
		}
		for _, before := range w.Lanes[:i] {
			if before.Name == l.Name {
				return fmt.Errorf("lane %q twice", l.Name)
			}
		}
		codes = append(codes, l.Fault)
	}
	for _, code := range codes {
		if !faultCode.MatchString(code) {
			return fmt.Errorf("%q is no code of a fault", code)
		}
	}
	return nil
}

func laneName(name string) bool {
	if name == "" || len(name) > maxLane || !utf8.ValidString(name) {
		return false
	}
	for _, r := range name {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
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
