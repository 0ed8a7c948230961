package rollout

import (
	"slices"
	"strings"
	"sync"
	"time"

	"checkpoint/store/publish"
	"checkpoint/store/stages"
	"checkpoint/sync/update"
	"checkpoint/sync/wire"
)

// box is what a box said last.
type box struct {
	ready  bool // connected and working
	health wire.Health
}

// Fleet is what the boxes of a province said last. It is safe for concurrent
// use. Make one with [NewFleet].
type Fleet struct {
	closed bool // others than those in boxes are not counted

	mu    sync.Mutex
	boxes map[string]*box
}

// NewFleet counts the boxes of a list, whether they are heard or not, and no
// others: a broker keeps the last word of a box that was taken out of service.
// Without a list it counts whoever is heard. An id that no box can have is an
// error.
func NewFleet(ids []string) (*Fleet, error) {
	f := &Fleet{closed: len(ids) > 0, boxes: map[string]*box{}}
	for _, id := range ids {
		if err := wire.CheckBox(id); err != nil {
			return nil, err
		}
		f.boxes[id] = &box{}
	}
	return f, nil
}

// hear takes one message in; what is not understood is as good as not sent.
func (f *Fleet) hear(id, leaf string, payload []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	b := f.boxes[id]
	if b == nil && f.closed {
		return
	}
	if b == nil {
		b = &box{}
		f.boxes[id] = b
	}
	switch leaf {
	case "state":
		state, err := wire.ParseState(payload)
		b.ready = err == nil && state == wire.Ready
	case "health":
		if h, err := wire.DecodeHealth(payload); err == nil {
			b.health = h
		}
	}
}

// Put takes in what somebody else heard of a box, such as the province's
// database; ready: it is connected. An id that no box can have counts nowhere.
func (f *Fleet) Put(id string, ready bool, h wire.Health) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, listed := f.boxes[id]; wire.CheckBox(id) == nil && (listed || !f.closed) {
		f.boxes[id] = &box{ready, h}
	}
}

// IDs are the boxes that are known.
func (f *Fleet) IDs() (ids []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for id := range f.boxes {
		ids = append(ids, id)
	}
	return ids
}

// Row is how the boxes of one stage stand. Each box counts once.
type Row struct {
	Stage     int       `json:"stage"` // from 1
	Share     int       `json:"share"` // 1/10,000 of all boxes up to this stage
	NotBefore time.Time `json:"not_before"`
	Begun     bool      `json:"begun"`
	Boxes     int       `json:"boxes"`
	Done      int       `json:"done"`    // connected, have the snapshot or a later one
	Waiting   int       `json:"waiting"` // connected, do not have it yet
	Failed    int       `json:"failed"`  // could not take it, or have it and it is damaged
	Offline   int       `json:"offline"` // not connected, do not have it
	Silent    int       `json:"silent"`  // took it, and are not connected any more
}

// Report is a rollout at one moment.
type Report struct {
	Time     time.Time `json:"time"`
	Snapshot uint64    `json:"snapshot"`
	Paused   bool      `json:"paused"`
	Stages   []Row     `json:"stages"`
	Decided  uint64    `json:"decided"` // by boxes that have it, with it
	Refused  uint64    `json:"refused"` // of those
	// Deceived are boxes that were told something which nobody of the province had
	// signed for them, and refused it. It judges no rollout; somebody has to look.
	Deceived []Deceived `json:"deceived,omitempty"`
}

// Deceived is what a box refused since its daemon's start.
type Deceived struct {
	Box      string `json:"box"`
	Commands uint64 `json:"commands,omitempty"` // forged, expired or sent once more
	Marks    uint64 `json:"marks,omitempty"`    // forged
}

// Report counts the boxes by stage. Without a plan all are of one stage, begun.
func (f *Fleet) Report(r publish.Rollout, now time.Time) Report {
	plan := r.Plan
	if plan == nil {
		plan = &stages.Plan{Rollout: r.Snapshot, Stages: []stages.Stage{{Share: stages.Everybody}}}
	}
	report := Report{Time: now.UTC(), Snapshot: r.Snapshot, Paused: r.Paused}
	begun := plan.Begun(now)
	for i, s := range plan.Stages {
		report.Stages = append(report.Stages, Row{Stage: i + 1, Share: s.Share, NotBefore: s.NotBefore, Begun: i < begun})
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for id, b := range f.boxes {
		row := &report.Stages[plan.Of(id)]
		row.add(b, r.Snapshot)
		if b.health.Snapshot == r.Snapshot {
			report.Decided += b.health.Decided
			report.Refused += b.health.Refused
		}
		if h := b.health; h.CommandsRefused > 0 || h.MarksForged > 0 {
			report.Deceived = append(report.Deceived, Deceived{id, h.CommandsRefused, h.MarksForged})
		}
	}
	slices.SortFunc(report.Deceived, func(a, b Deceived) int { return strings.Compare(a.Box, b.Box) })
	return report
}

// Standing is how a box stands in a rollout.
type Standing string

// The standings, as [Row] counts them.
const (
	Done    Standing = "done"
	Waiting Standing = "waiting"
	Failed  Standing = "failed"
	Offline Standing = "offline"
	Silent  Standing = "silent"
)

// StandingOf judges a box by what it said last; ready: it is connected.
func StandingOf(snapshot uint64, ready bool, h wire.Health) Standing {
	has := h.Snapshot >= snapshot
	tried := has || h.Offered >= snapshot
	switch {
	case has && !ready:
		return Silent
	case tried && h.Damaged, !has && tried && failed(h.Update):
		return Failed
	case has:
		return Done
	case ready:
		return Waiting
	}
	return Offline
}

func (row *Row) add(b *box, snapshot uint64) {
	row.Boxes++
	switch StandingOf(snapshot, b.ready, b.health) {
	case Done:
		row.Done++
	case Waiting:
		row.Waiting++
	case Failed:
		row.Failed++
	case Offline:
		row.Offline++
	case Silent:
		row.Silent++
	}
}

// failed tells faults that a snapshot can cause from those of the link, which
// pass by themselves.
func failed(kind uint8) bool {
	switch update.Fault(kind) {
	case update.NoFault, update.LinkFault, update.StaleFault:
		return false
	}
	return true
}

// Total sums the stages that have begun.
func (r Report) Total() (sum Row) {
	for _, row := range r.Stages {
		if row.Begun {
			sum.Boxes += row.Boxes
			sum.Done += row.Done
			sum.Waiting += row.Waiting
			sum.Failed += row.Failed
			sum.Offline += row.Offline
			sum.Silent += row.Silent
		}
	}
	return sum
}

// Complete tells whether every box that is known has the snapshot.
func (r Report) Complete() bool {
	boxes := 0
	for _, row := range r.Stages {
		boxes += row.Boxes
		if row.Done != row.Boxes {
			return false
		}
	}
	return boxes > 0
}
