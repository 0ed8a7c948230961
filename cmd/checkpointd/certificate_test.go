package main

import (
	"crypto/sha256"
	"os"
	"testing"
	"time"

	"checkpoint/console/control"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/enrol"
	"checkpoint/sync/enrol/office"
	"checkpoint/sync/postgrestest"
)

// database is a province's PostgreSQL with a collector's store on it.
func (h *headquarters) database() (*postgrestest.Cluster, *postgres.Store) {
	h.t.Helper()
	c := postgrestest.Start(h.t)
	roles := c.Path("roles.sql")
	h.must(os.WriteFile(roles, []byte(postgres.Roles), 0o644))
	h.must(c.Run("psql", "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-o", os.DevNull, "-f", roles))
	_, err := postgres.Migrate(h.t.Context(), c.URL("checkpoint"))
	h.must(err)
	s, err := postgres.Open(h.t.Context(), postgres.Options{URL: c.URL("checkpoint")})
	h.must(err)
	h.t.Cleanup(s.Close)
	return c, s
}

// shows has people scanned and wants the records on disk.
func (d *process) shows(r *rig, cards []string) {
	d.t.Helper()
	for _, card := range cards {
		d.admits(r, card)
	}
}

// delivers waits until the province has all that the box has.
func (d *process) delivers() control.Status {
	d.t.Helper()
	return d.awaitStatus("the records with the province", func(s control.Status) bool {
		return s.Journal.Waiting == 0 && s.Link.Connected
	})
}

// A certificate is renewed under way, expires and is replaced by hand: what was
// scanned before, between and after is in the database once, in the box's order.
func TestCertificatesComeAndGoAndNoRecordIsLost(t *testing.T) {
	h := newHeadquarters(t)
	o, err := office.Open(h.path("keys"), h.path("office"))
	h.must(err)
	cluster, store := h.database()
	h.collectInto(store)
	h.invite("thu-0001")
	r := newRig(t, settings{State: t.TempDir()})
	h.run("checkpointctl", "enrol", "--claim", "claim", "--request", "claim", "--data", r.settings.State, "--config", r.path("written.toml"))
	h.enrolByHand(o, r, 10*time.Minute) // of an hour and ten minutes the hour is over: due for renewal
	r.must(r.province.load(r.settings.State, 1))
	r.plug()
	gate := h.serveGated(o)
	d := r.startWith(h.equip(r, r.path("written.toml")))
	d.listen()
	green := r.province.green

	d.shows(r, green[:3])
	before := d.delivers()
	close(gate)
	d.awaitStatus("the new certificate and a new connection", func(s control.Status) bool {
		return s.Certificate != nil && s.Certificate.Until.After(time.Now().Add(300*24*time.Hour)) && s.Link.Connected && s.Link.Since.After(before.Link.Since)
	})
	d.shows(r, green[3:6])
	d.delivers()

	h.bring(o, r, -time.Minute)
	d.awaitStatus("the fault", func(s control.Status) bool { return s.Certificate != nil && s.Certificate.Fault != "" })
	h.broker.Restart() // who comes anew has to show a certificate that holds
	d.awaitStatus("the end of the link", func(s control.Status) bool { return !s.Link.Connected })
	d.shows(r, green[6:9])
	if s, err := d.status(); err != nil || s.Journal.Waiting == 0 {
		t.Errorf("records went with an expired certificate: %+v, %v", s.Journal, err)
	}
	h.bring(o, r, office.DefaultLife)
	d.awaitStatus("the certificate that was brought", func(s control.Status) bool { return s.Certificate != nil && s.Certificate.Fault == "" })
	d.shows(r, green[9:12])
	d.delivers()
	d.kill()
	h.holdsAll(cluster, r)
}

// bring carries a certificate of that life from the office to the box.
func (h *headquarters) bring(o *office.Office, r *rig, life time.Duration) {
	h.t.Helper()
	grant, err := o.Recert("thu-0001", time.Now(), life)
	h.must(err)
	h.must(os.WriteFile(h.path("claim/"+enrol.ReplyFile), grant, 0o600))
	h.run("checkpointctl", "enrol", "--reply", "claim", "--data", r.settings.State, "--config", r.path("written.toml"))
}

// holdsAll wants every record of the box's journal in the database, once, the
// same bytes under the same number.
func (h *headquarters) holdsAll(c *postgrestest.Cluster, r *rig) {
	h.t.Helper()
	n := 0
	for _, s := range r.province.sealed(h.t, r.settings.State) {
		n++
		body := postgrestest.Value[[]byte](h.t, c, "checkpoint", "select sha256(body) from checkpoint.record where epoch = $1 and seq = $2", int64(s.epoch), int64(s.Seq))
		if sum := sha256.Sum256(s.Body); string(body) != string(sum[:]) {
			h.t.Errorf("record %d of segment %x is not what was written", s.Seq, s.epoch)
		}
	}
	if have := postgrestest.Value[int](h.t, c, "checkpoint", "select count(*) from checkpoint.record"); have != n || n < 12 {
		h.t.Errorf("the database has %d records, the box %d", have, n)
	}
	if bad := postgrestest.Value[int](h.t, c, "checkpoint", "select count(*) from checkpoint.conflict"); bad != 0 {
		h.t.Errorf("%d conflicts", bad)
	}
}
