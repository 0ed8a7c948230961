package rollout

import (
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
	}
	return report
}

func (row *Row) add(b *box, snapshot uint64) {
	row.Boxes++
	has := b.health.Snapshot >= snapshot
	tried := has || b.health.Offered >= snapshot
	switch {
	case has && !b.ready:
		row.Silent++
	case tried && b.health.Damaged, !has && tried && failed(b.health.Update):
		row.Failed++
	case has:
		row.Done++
	case b.ready:
		row.Waiting++
	default:
		row.Offline++
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
