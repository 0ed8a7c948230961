package view

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"checkpoint/sync/collector"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/wire"
)

// LaneState is where a lane stands, as far as the province knows.
type LaneState string

// The states of a lane, the worst first.
const (
	Emergency    LaneState = "emergency"      // the gate is held open
	OutOfService LaneState = "out-of-service" // checks nobody
	Faulty       LaneState = "faulty"         // checks people, and does not do all it should
	Silent       LaneState = "silent"         // its box is not connected, or says nothing
	Unheard      LaneState = "unheard"        // its box never said anything
	Training     LaneState = "training"
	Ready        LaneState = "ready"
)

// LaneStates are all of them, the worst first.
func LaneStates() []LaneState {
	return []LaneState{Emergency, OutOfService, Faulty, Silent, Unheard, Training, Ready}
}

// Need is why somebody should look at a lane.
type Need string

// The needs.
const (
	NeedLink        Need = "silent"      // nothing is heard of it
	NeedData        Need = "old-data"    // its data are older than [OldData], or it has none
	NeedRepair      Need = "fault"       // something is wrong with it
	NeedQueue       Need = "long-queue"  // more than [LongQueue] records wait on its box
	NeedCertificate Need = "certificate" // its box's certificate ends within [CertificateSoon]
)

// Needs are all of them.
func Needs() []Need { return []Need{NeedLink, NeedData, NeedRepair, NeedQueue, NeedCertificate} }

// From when on somebody should look.
const (
	OldData         = 24 * time.Hour // when guards get a yellow banner, unless the policy says otherwise
	LongQueue       = 1000           // records: a busy lane's half day
	CertificateSoon = 14 * 24 * time.Hour
)

// FleetLane is one lane of a box. Times are nil where they are not known.
type FleetLane struct {
	Box, Site, SiteName  string
	Commune, CommuneName string
	Lane, Direction      string // empty: a box that said nothing of lanes
	State                LaneState
	Since                *time.Time // when the box was connected, or lost
	Snapshot             uint64     // number of the data in use; 0: none
	SnapshotOf           *time.Time // when they were built
	Offered              uint64     // newest that the box knows of; 0: none
	Waiting              int64      // records on the box that the province does not have
	Faults               []string   // of the lane, then of its box; codes of docs/faults.md
	Opened, Damaged      bool       // the box's cover is off; its data do not prove what they say
	Software             string     // version of the box's daemon, as it says; empty: not heard
	HandedOver           *time.Time // when the shift that goes on began
	Heard                *time.Time // when the box said something last
	CertificateUntil     *time.Time
	Needs                []Need
}

// Need tells whether somebody should look at the lane for that reason.
func (l *FleetLane) Need(n Need) bool { return slices.Contains(l.Needs, n) }

// FleetOf asks for lanes. The zero value asks for all.
type FleetOf struct {
	Attention bool      // only lanes that somebody should look at
	Need      Need      // only for that reason; empty: for any or none
	State     LaneState // only in that state; empty: in any
	Search    string    // part of the box's, site's or commune's name; empty: all
	Software  string    // only with that version; empty: with any
}

// Fleet is the answer: lanes, those first that somebody should look at, and how
// many there are of each kind among all of the scope.
type Fleet struct {
	Lanes  []FleetLane
	All    int // lanes of the scope
	States map[LaneState]int
	Needs  map[Need]int
	Look   int // lanes that somebody should look at
	// Software is how many lanes have which version; "": not heard.
	Software map[string]int
	// Listened is when a receiver last said that it listens; nil: never. If that is
	// more than a few minutes ago, boxes fare otherwise than it says here.
	Listened *time.Time
	Newest   uint64 // number of the newest data that a box has
	HaveIt   int    // lanes whose box has them
}

// Fleet lists the lanes of a scope: those of the register of boxes, and those
// that boxes tell of beside it.
func (v *View) Fleet(ctx context.Context, scope Scope, q FleetOf) (Fleet, error) {
	f := Fleet{States: map[LaneState]int{}, Needs: map[Need]int{}, Software: map[string]int{}}
	all, err := v.lanes(ctx, scope)
	if err != nil {
		return f, err
	}
	if err := v.Pool.QueryRow(ctx, "select max(at) from fleet.listener").Scan(&f.Listened); err != nil {
		return f, err
	}
	for _, l := range all {
		f.count(l)
		if q.wants(&l) {
			f.Lanes = append(f.Lanes, l)
		}
	}
	for _, l := range all {
		if l.Snapshot == f.Newest && f.Newest > 0 {
			f.HaveIt++
		}
	}
	slices.SortFunc(f.Lanes, worstFirst())
	return f, nil
}

// worstFirst orders lanes: those that need something first, by how bad their
// state is.
func worstFirst() func(a, b FleetLane) int {
	place := map[LaneState]int{}
	for i, s := range LaneStates() {
		place[s] = i
	}
	order := func(l *FleetLane) int {
		if len(l.Needs) == 0 {
			return len(place) + place[l.State]
		}
		return place[l.State]
	}
	return func(a, b FleetLane) int {
		return cmp.Or(order(&a)-order(&b), strings.Compare(a.SiteName, b.SiteName), strings.Compare(a.Box, b.Box), strings.Compare(a.Lane, b.Lane))
	}
}

func (f *Fleet) count(l FleetLane) {
	f.All++
	f.States[l.State]++
	f.Software[l.Software]++
	for _, n := range l.Needs {
		f.Needs[n]++
	}
	if len(l.Needs) > 0 {
		f.Look++
	}
	f.Newest = max(f.Newest, l.Snapshot)
}

func (q *FleetOf) wants(l *FleetLane) bool {
	if q.Attention && len(l.Needs) == 0 || q.Need != "" && !l.Need(q.Need) || q.State != "" && l.State != q.State || q.Software != "" && l.Software != q.Software {
		return false
	}
	if q.Search == "" {
		return true
	}
	text := strings.ToLower(strings.Join([]string{l.Box, l.Site, l.SiteName, l.CommuneName}, "\n"))
	return strings.Contains(text, strings.ToLower(strings.TrimSpace(q.Search)))
}

// lanes reads the lanes of a scope.
func (v *View) lanes(ctx context.Context, scope Scope) ([]FleetLane, error) {
	var all []FleetLane
	var l FleetLane
	var word said
	now := v.Clock()
	err := v.each(ctx, `
		with box as (
		  select coalesce(b.box, h.box) as box, coalesce(b.site, '') as site
		  from people.box b full join fleet.health h using (box)
		  where h.box is not null and b.state is distinct from 'retired' or b.state = 'approved'
		), told as (
		  select h.box, l.lane, l.state, l.fault from fleet.health h
		  cross join lateral unnest(h.lanes, h.lane_states, h.lane_faults) as l(lane, state, fault)
		), lane as (
		  select box, lane, coalesce(r.direction, '') as direction, coalesce(t.state, 0) as state, coalesce(t.fault, '') as fault
		  from people.lane r full join told t using (box, lane)
		)
		select box.box, box.site, coalesce(site.name, nullif(box.site, ''), box.box), coalesce(site.commune, ''), coalesce(c.name, ''),
		  coalesce(lane.lane, ''), coalesce(lane.direction, ''), coalesce(lane.state, 0), coalesce(lane.fault, ''),
		  h.box is not null, coalesce(h.state, ''), h.state_since, coalesce(h.snapshot, 0), h.snapshot_of, coalesce(h.offered, 0), coalesce(h.waiting, 0),
		  coalesce(h.faults, '{}'), coalesce(h.opened, false), coalesce(h.damaged, false), h.handed_over, h.heard, h.certificate_until, coalesce(h.software, '')
		from box left join lane using (box) left join fleet.health h using (box)
		left join place.site site on site.id = box.site left join place.commune c on c.code = site.commune
		where @all or site.commune = any(@communes) or box.site = any(@sites)`, scope.args(),
		[]any{&l.Box, &l.Site, &l.SiteName, &l.Commune, &l.CommuneName, &l.Lane, &l.Direction, &word.state, &word.fault,
			&word.ever, &word.link, &l.Since, &word.snapshot, &l.SnapshotOf, &word.offered, &l.Waiting,
			&word.faults, &l.Opened, &l.Damaged, &l.HandedOver, &l.Heard, &l.CertificateUntil, &l.Software}, func() {
			all = append(all, word.of(l, now))
		})
	return all, err
}

// said is what a row says beside the columns that are shown as they are.
type said struct {
	state             int16 // wire.LaneState; 0: the box did not tell
	fault             string
	ever              bool   // anything was heard of the box
	link              string // wire.State
	snapshot, offered int64
	faults            []string
}

// of completes a lane.
func (s *said) of(l FleetLane, now time.Time) FleetLane {
	l.Snapshot, l.Offered = uint64(s.snapshot), uint64(s.offered)
	l.Faults = slices.Clone(s.faults)
	if s.fault != "" {
		l.Faults = append([]string{s.fault}, l.Faults...)
	}
	name, known := postgres.LaneStates[wire.LaneState(s.state)]
	switch {
	case !s.ever:
		l.State = Unheard
	case s.link != string(wire.Ready), l.Heard == nil, now.Sub(*l.Heard) > collector.SilentAfter:
		l.State = Silent
	case known:
		l.State = LaneState(name)
	default: // it did not tell of lanes, or more than this program knows
		l.State = Ready
	}
	l.Needs = l.needs(now)
	return l
}

func (l *FleetLane) needs(now time.Time) (all []Need) {
	add := func(n Need, is bool) {
		if is {
			all = append(all, n)
		}
	}
	add(NeedLink, l.State == Silent || l.State == Unheard)
	add(NeedData, l.State != Unheard && (l.SnapshotOf == nil || now.Sub(*l.SnapshotOf) > OldData))
	add(NeedRepair, len(l.Faults) > 0 || l.Opened || l.Damaged || l.State == Faulty || l.State == OutOfService || l.State == Emergency)
	add(NeedQueue, l.Waiting > LongQueue)
	add(NeedCertificate, l.CertificateUntil != nil && l.CertificateUntil.Sub(now) < CertificateSoon)
	return all
}
