package view_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/store/stages"
	"checkpoint/sync/collector/view"
	"checkpoint/sync/collector/view/provincetest"
	"checkpoint/sync/rollout"
	"checkpoint/sync/wire"
)

// fleet is a province of a hundred boxes that say something of themselves.
func fleet(t *testing.T) *province {
	t.Helper()
	p := changed(t)
	world := *p.Province
	world.Sites = 100
	p.Province = &world
	c := shared.Cluster(t)
	check(t, world.Places(t.Context(), c.URL(p.name)))
	check(t, world.Fleet(t.Context(), c.URL(p.name), time.Now()))
	return p
}

func everything() view.Scope { return view.Scope{All: true} }

func TestTheFleetIsWhatBoxesSaid(t *testing.T) {
	p := fleet(t)
	f, err := p.view.Fleet(t.Context(), everything(), view.FleetOf{})
	check(t, err)
	newest := 0
	words := p.Words(time.Now())
	unheard := 2 * (p.Sites - len(words))
	states, needs := map[view.LaneState]int{view.Unheard: unheard}, map[view.Need]int{view.NeedLink: unheard}
	for _, w := range words {
		for _, l := range w.Health.Lanes {
			switch {
			case w.State == wire.Lost:
				states[view.Silent]++
				needs[view.NeedLink]++
			case l.State == wire.LaneReady:
				states[view.Ready]++
			case l.State == wire.LaneTraining:
				states[view.Training]++
			case l.State == wire.LaneFaulty:
				states[view.Faulty]++
			case l.State == wire.LaneOutOfService:
				states[view.OutOfService]++
			}
			if w.Health.SnapshotOf < time.Now().Add(-24*time.Hour).Unix() {
				needs[view.NeedData]++
			}
			if l.Fault != "" || len(w.Health.Faults) > 0 {
				needs[view.NeedRepair]++
			}
			if w.Health.Waiting > 1000 {
				needs[view.NeedQueue]++
			}
			if w.Health.CertUntil < time.Now().AddDate(0, 0, 14).Unix() {
				needs[view.NeedCertificate]++
			}
			if w.Health.Snapshot == provincetest.Newest {
				newest++
			}
		}
	}
	for _, s := range view.LaneStates() {
		if f.States[s] != states[s] {
			t.Errorf("%s: %d lanes, want %d", s, f.States[s], states[s])
		}
	}
	for _, n := range view.Needs() {
		if f.Needs[n] != needs[n] || needs[n] == 0 {
			t.Errorf("%s: %d lanes, want %d", n, f.Needs[n], needs[n])
		}
		some, err := p.view.Fleet(t.Context(), everything(), view.FleetOf{Need: n})
		check(t, err)
		if len(some.Lanes) != needs[n] || some.Look != f.Look || slices.ContainsFunc(some.Lanes, func(l view.FleetLane) bool { return !l.Need(n) }) {
			t.Errorf("%s: %d lanes are listed, want %d", n, len(some.Lanes), needs[n])
		}
	}
	if f.All != 200 || len(f.Lanes) != 200 || f.Newest != provincetest.Newest || f.HaveIt != newest || f.Listened == nil {
		t.Errorf("%d lanes, %d listed, %d have number %d, want %d; listened %v", f.All, len(f.Lanes), f.HaveIt, f.Newest, newest, f.Listened)
	}
	if first, last := f.Lanes[0], f.Lanes[199]; first.State != view.OutOfService || last.State != view.Ready || len(last.Needs) > 0 {
		t.Errorf("the first is %s, the last %s %v", first.State, last.State, last.Needs)
	}
}

// Each figure of a lane is that of its own box, and a lane's own fault comes first.
func TestALaneShowsItsOwnBox(t *testing.T) {
	p := fleet(t)
	for _, w := range p.Words(time.Now())[:30] {
		f, err := p.view.Fleet(t.Context(), everything(), view.FleetOf{Search: w.Box})
		check(t, err)
		if len(f.Lanes) != 2 {
			t.Fatalf("%s: %d lanes", w.Box, len(f.Lanes))
		}
		for _, l := range f.Lanes {
			want := w.Health.Lanes[map[string]int{"in": 0, "out": 1}[l.Lane]]
			faults := w.Health.Faults
			if want.Fault != "" {
				faults = append([]string{want.Fault}, faults...)
			}
			if l.Snapshot != w.Health.Snapshot || l.Waiting != int64(w.Health.Waiting) || !slices.Equal(l.Faults, faults) || l.Direction != l.Lane ||
				(l.SnapshotOf == nil) != (w.Health.SnapshotOf == 0) || l.HandedOver.Unix()-w.Health.HandedOver > 60 || l.Heard == nil || !strings.HasPrefix(l.SiteName, "Chốt số ") {
				t.Errorf("%s: %+v, said %+v", w.Box, l, w.Health)
			}
		}
	}
}

func TestALaneLooksBadFromItsBoundOn(t *testing.T) {
	now := time.Now()
	p := fleet(t)
	p.view.Now = func() time.Time { return now }
	conn, err := pgx.Connect(t.Context(), shared.Cluster(t).URL(p.name))
	check(t, err)
	defer conn.Close(t.Context())
	box := p.Box(0)
	for _, c := range []struct {
		set  string
		need view.Need
		is   bool
	}{
		{"heard = $2::timestamptz - interval '149 minutes'", view.NeedLink, false}, {"heard = $2::timestamptz - interval '151 minutes'", view.NeedLink, true},
		{"heard = $2::timestamptz, state = 'disconnected'", view.NeedLink, true}, {"heard = $2::timestamptz, state = 'ready'", view.NeedLink, false},
		{"snapshot_of = $2::timestamptz - interval '23 hours'", view.NeedData, false}, {"snapshot_of = $2::timestamptz - interval '25 hours'", view.NeedData, true},
		{"snapshot_of = case when $2::timestamptz is null then now() end", view.NeedData, true},
		{"waiting = 1000 + case when $2::timestamptz is null then 1 else 0 end", view.NeedQueue, false}, {"waiting = 1001 + case when $2::timestamptz is null then 1 else 0 end", view.NeedQueue, true},
		{"certificate_until = $2::timestamptz + interval '15 days'", view.NeedCertificate, false}, {"certificate_until = $2::timestamptz + interval '13 days'", view.NeedCertificate, true},
		{"opened = $2::timestamptz is not null", view.NeedRepair, true}, {"opened = $2::timestamptz is null", view.NeedRepair, false},
	} {
		if _, err := conn.Exec(t.Context(), "update fleet.health set "+c.set+" where box = $1", box, now); err != nil {
			t.Fatalf("%s: %v", c.set, err)
		}
		f, err := p.view.Fleet(t.Context(), everything(), view.FleetOf{Search: box})
		check(t, err)
		if len(f.Lanes) != 2 || f.Lanes[0].Need(c.need) != c.is {
			t.Errorf("%s: %s is %t", c.set, c.need, !c.is)
		}
	}
}

// Who may see some communes or sites sees the lanes there, and no others, also
// of boxes that the register does not know.
func TestAScopeSeesItsOwnLanes(t *testing.T) {
	p := fleet(t)
	shared.Cluster(t).Exec(t, p.name, "insert into fleet.health (box, state, heard, lanes, lane_states, lane_faults) values ('stranger', 'ready', now(), '{1}', '{1}', '{\"\"}')")
	shared.Cluster(t).Exec(t, p.name, "update checkpoint.box set state = 'retired' where box = '"+p.Box(1)+"'")
	for _, c := range []struct {
		scope view.Scope
		want  func(i int) bool
		more  int
	}{
		{view.Scope{}, func(int) bool { return false }, 0},
		{view.Scope{All: true}, func(int) bool { return true }, 1},
		{view.Scope{Communes: []string{p.SiteCommune(1)}, Sites: []string{p.Site(4)}}, func(i int) bool { return i == 4 || p.SiteCommune(i) == p.SiteCommune(1) }, 0},
	} {
		want := c.more
		for i := range p.Sites {
			if i != 1 && c.want(i) {
				want += 2
			}
		}
		f, err := p.view.Fleet(t.Context(), c.scope, view.FleetOf{})
		check(t, err)
		if len(f.Lanes) != want || f.All != want {
			t.Errorf("%+v sees %d lanes, want %d", c.scope, len(f.Lanes), want)
		}
		r, err := p.view.Rollout(t.Context(), c.scope, nil)
		check(t, err)
		if boxes := (want + c.more) / 2; len(r.Boxes) != boxes {
			t.Errorf("%+v sees %d boxes, want %d", c.scope, len(r.Boxes), boxes)
		}
	}
}

func TestARolloutIsShownByStage(t *testing.T) {
	p := fleet(t)
	plan, err := stages.New(provincetest.Newest, stages.Options{Canaries: []string{p.Box(0), p.Box(3)}, Shares: []int{5000, stages.Everybody}, Begin: time.Now().Add(-2 * time.Hour), Wait: time.Hour})
	check(t, err)
	r, err := p.view.Rollout(t.Context(), everything(), &plan)
	check(t, err)
	if len(r.Stages) != 3 || r.Snapshot != provincetest.Newest || len(r.Boxes) != 100 {
		t.Fatalf("%d stages of %d, %d boxes", len(r.Stages), r.Snapshot, len(r.Boxes))
	}
	want := map[string]rollout.Standing{}
	for i := range p.Sites {
		want[p.Box(i)] = rollout.Offline
	}
	for _, w := range p.Words(time.Now()) {
		want[w.Box] = rollout.StandingOf(provincetest.Newest, w.State == wire.Ready, *w.Health)
	}
	rows := make([]rollout.Row, 3)
	for i, b := range r.Boxes {
		if b.Stage != plan.Of(b.Box)+1 || b.Standing != want[b.Box] || i > 0 && r.Boxes[i-1].Stage > b.Stage {
			t.Errorf("%+v, want %s in stage %d", b, want[b.Box], plan.Of(b.Box)+1)
		}
		rows[b.Stage-1].Boxes++
		if b.Standing == rollout.Done {
			rows[b.Stage-1].Done++
		}
	}
	for i, row := range r.Stages {
		if row.Boxes != rows[i].Boxes || row.Done != rows[i].Done {
			t.Errorf("stage %d: %+v, want %+v", i+1, row, rows[i])
		}
	}
	if r.Stages[0].Boxes != 2 || r.Stages[0].Offline != 1 {
		t.Errorf("the canaries: %+v", r.Stages[0])
	}
	boxes := 0
	for _, s := range r.Snapshots {
		boxes += s.Boxes
	}
	if boxes != 100 || r.Snapshots[0].Snapshot != provincetest.Newest || r.Snapshots[len(r.Snapshots)-1].Snapshot != 0 {
		t.Errorf("snapshots %+v", r.Snapshots)
	}
	none, err := p.view.Rollout(t.Context(), everything(), nil)
	check(t, err)
	if none.Snapshot != provincetest.Newest || len(none.Stages) != 1 || none.Boxes[0].Stage != 0 {
		t.Errorf("without a plan: %d, %d stages", none.Snapshot, len(none.Stages))
	}
}

func TestAFleetsTableIsWordedInBothLanguages(t *testing.T) {
	p := fleet(t)
	f, err := p.view.Fleet(t.Context(), everything(), view.FleetOf{Attention: true})
	check(t, err)
	for language, words := range map[string][]string{"vi": {"MẤT MẠNG", "VÀO", "Dữ liệu cũ"}, "en": {"OFFLINE", "IN", "Old data"}} {
		var b strings.Builder
		check(t, view.FleetTable(f, language).CSV(&b, language))
		for _, w := range words {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%s: no %q", language, w)
			}
		}
		if lines := strings.Count(b.String(), "\r\n"); lines != f.Look+1 {
			t.Errorf("%d lines, want %d", lines, f.Look+1)
		}
	}
}
