package main

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
)

// What is missing is named, and the rest goes on working.

func TestWorksWithoutABroker(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "tcp://" + l.Addr().String()
	l.Close()
	r := newReadyRig(t, settings{Broker: nobody})
	d := r.start()
	d.listen()
	d.admits(r, r.province.green[0])
	s, err := d.status()
	if err != nil || s.Link.Broker != nobody || s.Link.Connected || s.Journal.Waiting != 1 {
		t.Errorf("status: link %+v, %d records wait, %v", s.Link, s.Journal.Waiting, err)
	}
	if code := d.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, d.log.String())
	}
}

func TestReaderComesGoesAndComesBack(t *testing.T) {
	t.Parallel() // takes 3 s of waiting
	r := newRig(t, settings{})
	r.must(r.province.load(r.settings.State, 1))
	d := r.start()
	d.listen()
	unplugged := func(s control.Status) bool {
		return s.Lanes[0].Notice == checkpoint.ReaderUnplugged && !s.Lanes[0].Readers[0].Connected
	}
	d.awaitStatus("the missing reader to be named", unplugged)
	r.plug()
	d.awaitReader(true)
	d.admits(r, r.province.green[0])
	r.unplug()
	// The lane first closes the green, and then has the time to complain.
	d.awaitStatus("the unplugged reader to be named", unplugged)
	r.plug() // another device node under the same stable path
	d.awaitReader(true)
	d.admits(r, r.province.green[1])
	if s, err := d.status(); err != nil || s.Lanes[0].Notice != "" {
		t.Errorf("notice %q after the reader came back, %v", s.Lanes[0].Notice, err)
	}
}

// Without data nobody is checked, but the guard can let people in, and it is
// recorded. A snapshot that is loaded then is used at once.
func TestNoSnapshotAndThenOne(t *testing.T) {
	t.Parallel() // takes 5 s of waiting
	r := newRig(t, settings{})
	r.plug()
	d := r.start()
	d.listen()
	if s, err := d.status(); err != nil || s.Snapshot.Number != 0 || s.Snapshot.Fault == "" {
		t.Errorf("status of a box without data: %+v, %v", s.Snapshot, err)
	}
	d.wants(r, r.province.green[0], checkpoint.Fault, checkpoint.NoData)
	d.answer(checkpoint.AnswerPassed)
	d.awaitOpening(1)

	r.must(r.province.load(r.settings.State, 1)) // nobody tells the daemon
	s := d.awaitStatus("the new snapshot to be used", func(s control.Status) bool { return s.Snapshot.Number == 1 })
	if s.Snapshot.Fault != "" {
		t.Errorf("fault %q with a good snapshot", s.Snapshot.Fault)
	}
	d.admits(r, r.province.green[1])
	d.kill()
	list := r.province.read(t, r.settings.State)
	if len(list) != 3 {
		t.Fatalf("%d records, want 3", len(list))
	}
	if l := list[0]; l.Verdict != checkpoint.Fault || l.Reason != checkpoint.NoData || l.Number != numberOf(r.province.green[0]) {
		t.Errorf("first record: %s %s, number kept: %t", l.Verdict, l.Reason, l.Number != "")
	}
	if l := list[1]; l.Outcome != checkpoint.Passed || l.Refers != list[0].Position {
		t.Errorf("second record: %s about %v", l.Outcome, l.Refers)
	}
	if l := list[2]; l.Verdict != checkpoint.Admit || l.Snapshot != 1 {
		t.Errorf("third record: %s by snapshot %d", l.Verdict, l.Snapshot)
	}
}

// awaitOpening waits for the relay's nth opening.
func (d *process) awaitOpening(n int) {
	d.t.Helper()
	if d.edges.until(d.exited, func(list []edge) bool { return openings(list) >= n }) != nil {
		d.t.Fatalf("the relay did not open %d times", n)
	}
}

// Data that rots while it is in use is a fault, once; then the snapshot before
// serves, until the damaged one is taken in anew.
func TestDamagedSnapshotGivesWayToTheOneBefore(t *testing.T) {
	r := newReadyRig(t, settings{})
	r.must(r.province.load(r.settings.State, 2))
	d := r.start()
	d.listen()
	green := r.province.green
	d.admits(r, green[0])
	r.rot(2)
	d.wants(r, green[1], checkpoint.Fault, checkpoint.DataDamaged)
	d.answer(checkpoint.AnswerDenied)
	d.awaitStatus("the snapshot before", func(s control.Status) bool {
		return s.Snapshot.Number == 1 && strings.Contains(s.Snapshot.Fault, "damaged")
	})
	d.admits(r, green[2])

	r.must(r.province.load(r.settings.State, 2)) // the technician loads it again
	told, err := d.client.Reload(t.Context())
	if err != nil || told.Number != 2 || told.Fault != "" {
		t.Errorf("after the repair: %+v, %v", told, err)
	}
	d.admits(r, green[3])
	d.kill()
	var by []uint64
	for _, l := range r.province.read(t, r.settings.State) {
		if l.Kind == checkpoint.RecordDecision {
			by = append(by, l.Snapshot)
		}
	}
	if want := []uint64{2, 2, 1, 2}; !slices.Equal(by, want) {
		t.Errorf("decided by snapshots %v, want %v", by, want)
	}
}

// rot turns a bit in every 200 bytes of a snapshot's layer, below the daemon.
func (r *rig) rot(n uint64) {
	r.t.Helper()
	raw, _, err := snapshot.ReadBundle(r.province.snapshot(n))
	r.must(err)
	m, err := snapshot.PeekManifest(raw)
	r.must(err)
	f, err := os.OpenFile(filepath.Join(snapshot.LayersDir(r.state("snapshot")), m.Layers[0].FileName()), os.O_RDWR, 0)
	r.must(err)
	defer f.Close()
	info, err := f.Stat()
	r.must(err)
	one := make([]byte, 1)
	for at := int64(64); at < info.Size(); at += 200 {
		_, err := f.ReadAt(one, at)
		r.must(err)
		one[0] ^= 1
		_, err = f.WriteAt(one, at)
		r.must(err)
	}
}

// A clock that no longer fits the signed times is not believed, and without
// time nobody is admitted by a rule about days.
func TestNoGreenWithoutTrustedTime(t *testing.T) {
	r := newReadyRig(t, settings{})
	floor := time.Now().Add(2 * time.Hour).UTC().Format(time.RFC3339Nano)
	r.must(os.WriteFile(r.state("clock-floor"), []byte(floor+"\n"), 0o600))
	d := r.start()
	d.listen()
	if s, err := d.status(); err != nil || s.Clock.Trusted || s.Clock.Time.Before(time.Now().Add(time.Hour)) {
		t.Errorf("clock %+v, %v", s.Clock, err)
	}
	d.wants(r, r.province.green[0], checkpoint.Refer, checkpoint.ClockNotTrusted)
	d.kill()
	if list := r.province.read(t, r.settings.State); len(list) != 1 || list[0].Trusted {
		t.Errorf("records %+v", list)
	}
}

// A pepper that others can read is no secret any more: it is not used.
func TestPepperReadableByOthersIsNotUsed(t *testing.T) {
	r := newReadyRig(t, settings{})
	r.must(os.Chmod(r.state(keys.PepperFile), 0o644))
	d := r.start()
	d.listen()
	s, err := d.status()
	if err != nil || !strings.Contains(s.Fault, "pepper is readable by others") || !strings.Contains(s.Fault, "chmod 600") || s.Snapshot.Number != 0 {
		t.Errorf("fault %q, snapshot %d, %v", s.Fault, s.Snapshot.Number, err)
	}
	d.wants(r, r.province.green[0], checkpoint.Fault, checkpoint.NoData)
	d.answer(checkpoint.AnswerPassed) // what is recorded may open
	d.awaitOpening(1)
}
