package main

import (
	"crypto/ed25519"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/store/keys"
	"checkpoint/store/publish"
	"checkpoint/store/snapshot"
)

// repository is what the province publishes, served over TLS on 127.0.0.1.
type repository struct {
	t      testing.TB
	p      *province
	repo   *publish.Repo
	online ed25519.PrivateKey
	lines  string // of the configuration

	held chan struct{} // not nil: the second half of a layer comes once it is closed
}

// ServeHTTP serves the repository as any web server would.
func (r *repository) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if r.held != nil && strings.HasPrefix(q.URL.Path, "/layers/") {
		w = &slow{w, r.held, 30_000}
	}
	http.FileServer(http.Dir(r.repo.Dir)).ServeHTTP(w, q)
}

// slow lets so many bytes through, and the others when held is closed.
type slow struct {
	http.ResponseWriter
	held chan struct{}
	left int
}

func (s *slow) Write(p []byte) (int, error) {
	n := min(len(p), s.left)
	s.left -= n
	if _, err := s.ResponseWriter.Write(p[:n]); err != nil || n == len(p) {
		return n, err
	}
	s.ResponseWriter.(http.Flusher).Flush()
	<-s.held
	s.left = len(p) + 1<<30
	more, err := s.ResponseWriter.Write(p[n:])
	return n + more, err
}

func newRepository(t testing.TB) *repository {
	t.Helper()
	dir := t.TempDir()
	r := &repository{t: t, p: theProvince(t), repo: &publish.Repo{Dir: filepath.Join(dir, "repo"), Expiry: publish.DefaultExpiry()}}
	var err error
	r.online, err = keys.OnlineSigner(filepath.Join(dir, keys.OnlineFile))
	r.must(err)
	trust, err := snapshot.ReadTrust(r.p.keys(keys.ProvinceFile))
	r.must(err)
	r.must(r.repo.DraftRoot(trust.Snapshot, r.online.Public().(ed25519.PublicKey)))
	for n := 1; n <= 2; n++ {
		_, _, err = r.repo.SignRoot(r.officer(n))
		r.must(err)
	}
	server := httptest.NewTLSServer(r)
	t.Cleanup(server.Close)
	ca := filepath.Join(dir, "ca.pem")
	r.must(os.WriteFile(ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o644))
	r.lines = "[update]\nurl = \"" + server.URL + "\"\nca = \"" + ca + "\"\ninterval_minutes = 1\n"
	return r
}

func (r *repository) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *repository) officer(n int) ed25519.PrivateKey {
	key, err := keys.ReadSigner(r.p.keys(keys.OfficerFile(n)))
	r.must(err)
	return key
}

func (r *repository) publish(n uint64) {
	r.t.Helper()
	r.sign(r.p.snapshot(n))
	_, err := r.repo.Publish(r.p.snapshot(n), r.online)
	r.must(err)
}

// sign signs a snapshot directory as two officers do.
func (r *repository) sign(dir string) {
	r.t.Helper()
	raw, _, err := snapshot.ReadBundle(dir)
	r.must(err)
	for n := 1; n <= 2; n++ {
		offer, err := publish.Prepare(dir, raw, time.Now().Add(24*time.Hour))
		r.must(err)
		r.must(offer.Sign(r.officer(n)))
	}
}

// A box that was given nothing but its keys fetches its data and uses them; when
// they rot it fetches what the province has by then.
func TestDataComeByThemselves(t *testing.T) {
	repo := newRepository(t)
	repo.publish(1)
	r := newRig(t, settings{More: repo.lines})
	r.plug()
	d := r.start()
	d.listen()
	d.awaitStatus("the first snapshot", func(s control.Status) bool { return s.Snapshot.Number == 1 })
	d.admits(r, r.province.green[0])
	if s, err := d.status(); err != nil || s.Update == nil || s.Update.Offered != 1 || s.Update.Stale || s.Update.Fault != "" {
		t.Errorf("updates: %+v, %v", s.Update, err)
	}
	repo.publish(2)
	r.rot(1)
	d.wants(r, r.province.green[1], checkpoint.Fault, checkpoint.DataDamaged)
	d.answer(checkpoint.AnswerDenied)
	s := d.awaitStatus("the second snapshot", func(s control.Status) bool { return s.Snapshot.Number == 2 })
	if s.Snapshot.Fault != "" {
		t.Errorf("fault %q with a good snapshot", s.Snapshot.Fault)
	}
	d.admits(r, r.province.green[2])
	if code := d.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, d.log.String())
	}
}

// No server, or a stranger in its place: the box works on and says so.
func TestServerThatIsNotThereStopsNothing(t *testing.T) {
	repo := newRepository(t) // nothing is published in it
	r := newReadyRig(t, settings{More: repo.lines})
	d := r.start()
	d.listen()
	d.awaitStatus("the failed look", func(s control.Status) bool { return s.Update != nil && s.Update.Fault != "" })
	d.admits(r, r.province.green[0])
}

// While a snapshot arrives, for as long as it takes, people are checked by the
// one in use; from the switch on by the new one.
func TestPeopleAreCheckedWhileASnapshotArrives(t *testing.T) {
	repo := newRepository(t)
	repo.held = make(chan struct{})
	repo.publish(2)
	r := newReadyRig(t, settings{More: repo.lines})
	d := r.start()
	d.listen()
	d.awaitStatus("half of the layer", func(s control.Status) bool { return s.Update != nil && s.Update.Done >= 20_000 })
	for _, card := range r.province.green[:3] {
		d.admits(r, card)
	}
	if s, err := d.status(); err != nil || s.Snapshot.Number != 1 || s.Update.Offered != 2 || s.Update.Fault != "" {
		t.Errorf("half way: snapshot %+v, update %+v, %v", s.Snapshot, s.Update, err)
	}
	close(repo.held)
	d.awaitStatus("the new snapshot", func(s control.Status) bool { return s.Snapshot.Number == 2 })
	d.admits(r, r.province.green[3])
	d.kill()
	var by []uint64
	for _, l := range r.province.read(t, r.settings.State) {
		by = append(by, l.Snapshot)
	}
	if want := []uint64{1, 1, 1, 2}; !slices.Equal(by, want) {
		t.Errorf("decided by snapshots %v, want %v", by, want)
	}
}
