package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/enrol"
	"checkpoint/sync/enrol/office"
	"checkpoint/sync/postgrestest"
)

// registry is the office beside a province's database.
type registry struct {
	*office.Office
	t   *testing.T
	dir string
}

func newRegistry(p *province) *registry {
	p.t.Helper()
	r := &registry{t: p.t, dir: filepath.Join(p.dir, "office")}
	_, err := office.NewAuthority(filepath.Join(p.dir, "keys"), "mau", time.Now())
	r.must(err)
	r.Office, err = office.Open(filepath.Join(p.dir, "keys"), r.dir)
	r.must(err)
	return r
}

func (r *registry) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// enrol takes a new machine from its claim to its certificate and returns its key.
func (r *registry) enrol(c enrol.Claim) (key []byte) {
	r.t.Helper()
	text, err := c.Text()
	r.must(err)
	m := enrol.Machine{StateDir: r.t.TempDir()}
	_, err = m.Take(text, time.Now())
	r.must(err)
	request, message, err := m.Request()
	r.must(err)
	if _, err := r.Ask(message, "stick", time.Now()); !errors.Is(err, enrol.ErrWaiting) {
		r.t.Fatal(err)
	}
	code, err := request.Code()
	r.must(err)
	_, err = r.Accept(c.Box, code, time.Now(), time.Hour)
	r.must(err)
	return request.Key
}

// follow runs collectord boxes import --follow until the test ends.
func (p *province) follow(dir string) {
	p.t.Helper()
	cmd := collectord("boxes", "import", "--follow", "--database", p.cluster.URLFor("checkpoint_boxes", "checkpoint"), dir)
	var log strings.Builder
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
		if p.t.Failed() {
			p.t.Log(log.String())
		}
	})
}

// What the office does to a box is in the database by itself: the province's
// view finds its place, and a machine that was replaced is still believed.
func TestTheRegisterOfBoxesReachesTheDatabase(t *testing.T) {
	p := newProvince(t)
	r := newRegistry(p)
	want := office.Box{ID: "cho-7", Site: "Chợ Bình Tây, cổng 1", SiteType: "market", Lanes: []office.Lane{{Name: "1", Direction: "in"}, {Name: "2", Direction: "out"}}}
	claim, err := r.Invite(want, time.Now(), time.Hour)
	r.must(err)
	if out := p.run("boxes", "import", "--database", p.cluster.URLFor("checkpoint_boxes", "checkpoint"), r.dir); !strings.HasPrefix(out, "1 máy / boxes, 1 ") {
		t.Errorf("import says %q", out)
	}
	p.follow(r.dir)
	p.shows("cho-7/Chợ Bình Tây, cổng 1/market/invited/1/in cho-7/Chợ Bình Tây, cổng 1/market/invited/2/out")
	first := r.enrol(claim)
	p.shows("cho-7/Chợ Bình Tây, cổng 1/market/approved/1/in cho-7/Chợ Bình Tây, cổng 1/market/approved/2/out")
	claim, err = r.Replace("cho-7", time.Now(), time.Hour)
	r.must(err)
	second := r.enrol(claim)
	for late := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		known := postgrestest.Value[[][]byte](t, p.cluster, "checkpoint", "select former || key from checkpoint.box where box = 'cho-7' and state = 'approved'")
		if len(known) == 2 && string(known[0]) == string(first) && string(known[1]) == string(second) {
			break
		}
		if time.Now().After(late) {
			t.Fatalf("the database knows %d keys of the box", len(known))
		}
	}
	r.must(r.Retire("cho-7", time.Now()))
	p.shows("cho-7/Chợ Bình Tây, cổng 1/market/retired/1/in cho-7/Chợ Bình Tây, cổng 1/market/retired/2/out")
	p.refuses("checkpoint_boxes", []string{"select from checkpoint.record", "update checkpoint.segment set held = '{}'", "delete from checkpoint.box", "select from opened.scan"})
}

// shows waits until the province's view sees these lanes.
func (p *province) shows(want string) {
	p.t.Helper()
	var have string
	for late := time.Now().Add(time.Minute); time.Now().Before(late); time.Sleep(50 * time.Millisecond) {
		conn, err := pgx.Connect(p.t.Context(), p.cluster.URLFor("checkpoint_view", "checkpoint"))
		if err != nil {
			p.t.Fatal(err)
		}
		err = conn.QueryRow(p.t.Context(), `select coalesce(string_agg(concat_ws('/', box, site, site_type, state, lane, direction), ' ' order by lane), '')
			from people.lane`).Scan(&have)
		if closed := conn.Close(p.t.Context()); err != nil || closed != nil {
			p.t.Fatal(err, closed)
		}
		if have == want {
			return
		}
	}
	p.t.Fatalf("the view sees %q, want %q", have, want)
}
