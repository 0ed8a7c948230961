package view

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"checkpoint/store/publish"
	"checkpoint/store/stages"
	"checkpoint/sync/collector"
	"checkpoint/sync/rollout"
	"checkpoint/sync/wire"
)

// RolloutBox is one box on the way of a snapshot.
type RolloutBox struct {
	Box, Site, SiteName string
	Stage               int    // from 1; 0: there is no plan
	Snapshot            uint64 // that it has; 0: none
	Held                wire.Held
	Update              uint8 // what kept its last look from working; values of update.Fault
	Standing            rollout.Standing
	Heard               *time.Time
}

// SnapshotCount is how many boxes have a snapshot; number 0: none.
type SnapshotCount struct {
	Snapshot uint64
	Of       *time.Time // when its data were built
	Boxes    int
}

// Rollout is how a snapshot is on its way.
type Rollout struct {
	rollout.Report
	Plan      *stages.Plan // nil: to everybody at once
	Snapshots []SnapshotCount
	Boxes     []RolloutBox // by stage; those that do not have it yet first
}

// Rollout tells which boxes of a scope have which snapshot. A plan says which
// snapshot is on its way and who is in which stage; without one it is the newest
// that any box has or knows of.
func (v *View) Rollout(ctx context.Context, scope Scope, plan *stages.Plan) (Rollout, error) {
	boxes, err := v.heardBoxes(ctx, scope)
	if err != nil {
		return Rollout{}, err
	}
	now := publish.Rollout{Plan: plan}
	if plan != nil {
		now.Snapshot = plan.Snapshot
	}
	for _, b := range boxes {
		if plan == nil {
			now.Snapshot = max(now.Snapshot, b.health.Snapshot, b.health.Offered)
		}
		now.Paused = now.Paused || plan != nil && b.health.Held == wire.HeldByPause && b.health.Offered == plan.Snapshot
	}
	fleet, err := rollout.NewFleet(nil)
	if err != nil {
		return Rollout{}, err
	}
	r := Rollout{Plan: plan}
	counts := map[uint64]SnapshotCount{}
	for _, b := range boxes {
		fleet.Put(b.Box, b.ready, b.health)
		b.Snapshot, b.Held, b.Update = b.health.Snapshot, b.health.Held, b.health.Update
		b.Standing = rollout.StandingOf(now.Snapshot, b.ready, b.health)
		if plan != nil {
			b.Stage = plan.Of(b.Box) + 1
		}
		r.Boxes = append(r.Boxes, b.RolloutBox)
		c := counts[b.Snapshot]
		counts[b.Snapshot] = SnapshotCount{b.Snapshot, b.snapshotOf, c.Boxes + 1}
	}
	r.Report = fleet.Report(now, v.Clock())
	for _, n := range slices.Backward(slices.Sorted(maps.Keys(counts))) {
		r.Snapshots = append(r.Snapshots, counts[n])
	}
	slices.SortStableFunc(r.Boxes, byStage)
	return r, nil
}

func byStage(a, b RolloutBox) int {
	if a.Stage != b.Stage {
		return a.Stage - b.Stage
	}
	order := []rollout.Standing{rollout.Failed, rollout.Silent, rollout.Waiting, rollout.Offline, rollout.Done}
	return slices.Index(order, a.Standing) - slices.Index(order, b.Standing)
}

// heardBox is what a box said, as the rollout is judged by.
type heardBox struct {
	RolloutBox
	ready      bool
	health     wire.Health
	snapshotOf *time.Time
}

// heardBoxes are those of the register, and those that were heard beside it.
func (v *View) heardBoxes(ctx context.Context, scope Scope) ([]heardBox, error) {
	var all []heardBox
	var b heardBox
	var link string
	var snapshot, offered, decided, refused, commands, marks int64
	var held, update int16
	now := v.Clock()
	err := v.each(ctx, `
		select coalesce(b.box, h.box), coalesce(b.site, ''), coalesce(site.name, nullif(b.site, ''), b.box, h.box), coalesce(h.state, ''), h.heard,
		  coalesce(h.snapshot, 0), h.snapshot_of, coalesce(h.offered, 0), coalesce(h.held, 0), coalesce(h.update_fault, 0), coalesce(h.damaged, false),
		  coalesce(h.decided, 0), coalesce(h.refused, 0), coalesce(h.commands_refused, 0), coalesce(h.marks_forged, 0)
		from people.box b full join fleet.health h using (box) left join place.site site on site.id = b.site
		where (h.box is not null and b.state is distinct from 'retired' or b.state = 'approved')
		  and (@all or site.commune = any(@communes) or b.site = any(@sites)) order by 1`, scope.args(),
		[]any{&b.Box, &b.Site, &b.SiteName, &link, &b.Heard, &snapshot, &b.snapshotOf, &offered, &held, &update, &b.health.Damaged,
			&decided, &refused, &commands, &marks}, func() {
			b.ready = link == string(wire.Ready) && b.Heard != nil && now.Sub(*b.Heard) <= collector.SilentAfter
			b.health.Snapshot, b.health.Offered, b.health.Held, b.health.Update = uint64(snapshot), uint64(offered), wire.Held(held), uint8(update)
			b.health.Decided, b.health.Refused = uint64(decided), uint64(refused)
			b.health.CommandsRefused, b.health.MarksForged = uint64(commands), uint64(marks)
			all = append(all, b)
		})
	return all, err
}

// standingWords are a box's standings as people read them.
var standingWords = map[rollout.Standing]Column{
	rollout.Done: {"đã có", "has it"}, rollout.Waiting: {"chưa có", "does not have it yet"}, rollout.Failed: {"không nhận được", "could not take it"},
	rollout.Offline: {"mất mạng, chưa có", "offline, without it"}, rollout.Silent: {"đã có, mất mạng", "has it, and is offline"},
}

// StandingWord is a standing as people read it.
func StandingWord(s rollout.Standing) Column { return standingWords[s] }

// HeldWord is why a box waits, as people read it; empty: it does not.
func HeldWord(h wire.Held) Column {
	switch h {
	case wire.NotHeld:
		return Column{}
	case wire.HeldByPause:
		return Column{"tạm dừng", "paused"}
	}
	return Column{"đợi đến đợt", "waits for its stage"}
}

// RolloutTable is a rollout as it is shown, a line for each box.
func RolloutTable(r Rollout, language string) Table {
	t := Table{Title: Column{"Bản dữ liệu trên các máy", "Snapshots on the boxes"}, Columns: []Column{
		{"Đợt", "Stage"}, {"Máy", "Box"}, {"Điểm kiểm soát", "Checkpoint"}, {"Bản", "Snapshot"}, {"Tình trạng", "Standing"}, {"Giữ lại vì", "Held because"}, {"Nghe lần cuối", "Heard"},
	}}
	for _, b := range r.Boxes {
		stage := "–"
		if b.Stage > 0 {
			stage = strconv.Itoa(b.Stage)
		}
		t.Rows = append(t.Rows, []string{stage, b.Box, b.SiteName, number(b.Snapshot), standingWords[b.Standing].In(language), HeldWord(b.Held).In(language), clock(b.Heard)})
	}
	return t
}
