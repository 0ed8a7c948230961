package card

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/image/slots"
	"checkpoint/store/keys"
	"checkpoint/store/release"
	"checkpoint/sync/update"
)

// dataMiB of a card on which there is room for a bundle and its copy.
const dataMiB = 1024

// system builds a system apart from a card, once.
func system(t *testing.T, version, over string) (dir string) {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join(root, "bin", "image", "system-"+version))
	must(t, err)
	if !built[version] {
		must(t, build(version, over, "--slot", dir))
		built[version] = true
	}
	return dir
}

var built = map[string]bool{} // of this run

// bundle signs a copy of a system; change may spoil it before.
func bundle(t *testing.T, of, version, keyDir string, change func(slot string)) string {
	t.Helper()
	dir := t.TempDir()
	slot := filepath.Join(dir, "slot.img")
	run(t, "cp", "--sparse=always", filepath.Join(of, "slot.img"), slot)
	change(slot)
	must(t, os.WriteFile(filepath.Join(dir, "release"), []byte("compatible=checkpoint-arm64\nversion="+version+"\n"), 0o600))
	t.Setenv("UPDATE_KEYS", keyDir)
	run(t, filepath.Join(root, "image", "bundle"), dir)
	must(t, os.Remove(slot))
	return filepath.Join(dir, "checkpoint-"+version+".raucb")
}

func asItIs(string) {}

// lay puts a bundle where the daemon leaves one that it fetched.
func lay(t *testing.T, data, bundle string) {
	t.Helper()
	to := update.FetchedSystem(filepath.Join(data, "checkpoint"))
	must(t, os.MkdirAll(filepath.Dir(to), 0o700))
	run(t, "cp", bundle, to)
}

// updating is an enrolled box with a proven system A, on which a bundle has come.
// However slow the host is, a record comes of whichever system runs.
func updating(t *testing.T, bundle string) (*machine, *province) {
	t.Helper()
	p := newProvince(t)
	lay(t, p.data(), bundle)
	m := newMachine(t, func(card string) {
		putData(t, card, p.data(), dataMiB)
		changeState(t, card, func(s *slots.State) { s.Good(slots.A) })
	})
	m.start()
	m.scan(p.payload("green"))
	m.await("the record in the province", func() bool { return p.admitted() == 1 })
	m.await("the new system to be wanted", func() bool { return m.state().First == slots.B })
	return m, p
}

// A newer system is installed while the lane works, restarts the box, becomes
// ready, and has the records of the one before.
func TestABoxTakesANewerSystem(t *testing.T) {
	m, p := updating(t, bundle(t, system(t, "9999.0.0", ""), "9999.0.0", updateKeys, asItIs))
	m.awaitReady(slots.B)
	m.scan(p.payload("recovered"))
	m.await("the record of the new system", func() bool { return p.admitted() == 2 })
	m.await("both systems to be proven", func() bool { s := m.state(); return s.A.Proven && s.B.Proven })
	m.switchOff()
	if floor := strings.TrimSpace(string(dataFile(t, m.card(), "/system/floor"))); floor != "9999.0.0" {
		t.Errorf("the floor is %q", floor)
	}
	for _, name := range []string{"/checkpoint/system/" + release.TargetName, "/system/bundle.raucb"} {
		if b := dataFile(t, m.card(), name); b != nil {
			t.Errorf("%s is still there: %d bytes", name, len(b))
		}
	}
}

// A system whose daemon ends is tried three times; then the one before is back,
// with its lane and its records.
func TestASystemWithoutADaemonIsLeft(t *testing.T) {
	over := t.TempDir()
	for name, text := range map[string]string{
		"usr/bin/checkpointd": "#!/bin/sh\nexit 1\n",
		"usr/lib/systemd/system/checkpoint-trial.timer.d/soon.conf": "[Timer]\nOnBootSec=\nOnBootSec=60s\n",
	} {
		must(t, os.MkdirAll(filepath.Dir(filepath.Join(over, name)), 0o755))
		must(t, os.WriteFile(filepath.Join(over, name), []byte(text), 0o755))
	}
	m, p := updating(t, bundle(t, system(t, "9999.1.0", over), "9999.1.0", updateKeys, asItIs))
	m.await("three tries", func() bool {
		s := m.state()
		return s.First == slots.B && s.B == slots.Slot{} && s.A.Left < slots.TriesProven
	})
	m.awaitReady(slots.A)
	m.scan(p.payload("recovered"))
	m.await("the record after falling back", func() bool { return p.admitted() == 2 })
}

// A system whose kernel finds nothing to start panics three times, likewise.
func TestAnUpdateThatPanicsIsLeft(t *testing.T) {
	sound := system(t, "9999.0.0", "")
	m, _ := updating(t, bundle(t, sound, "9999.2.0", updateKeys, func(slot string) {
		info, err := os.Stat(slot)
		must(t, err)
		spoilInitrd(t, slot, info.Size()-tailSize)
	}))
	m.await("three tries", func() bool {
		s := m.state()
		return s.First == slots.B && s.B == slots.Slot{} && s.A.Left < slots.TriesProven
	})
	m.awaitReady(slots.A)
}

// What is not whole, not signed, or older is refused; nothing is written.
func TestBundlesThatABoxRefuses(t *testing.T) {
	strangers := t.TempDir()
	must(t, keys.InitSystem(strangers, "mau"))
	sound := system(t, "9999.0.0", "")
	good := bundle(t, sound, "9999.0.0", updateKeys, asItIs)
	short := filepath.Join(t.TempDir(), "short")
	run(t, "cp", good, short)
	run(t, "truncate", "-s", "-5M", short)
	for why, from := range map[string]string{
		"the bundle is damaged, or not signed":    short,
		"signature verification failed":           bundle(t, sound, "9999.0.0", strangers, asItIs),
		"older than the floor of this box: 0.0.1": bundle(t, sound, "0.0.1", updateKeys, asItIs),
	} {
		t.Run(why, func(t *testing.T) {
			data := t.TempDir()
			lay(t, data, from)
			must(t, os.MkdirAll(filepath.Join(data, "system"), 0o755))
			must(t, release.Kept(filepath.Join(data, "system", "floor")).Store(release.Version{Major: 1}))
			m := newMachine(t, func(card string) { putData(t, card, data, dataMiB) })
			m.start()
			m.await("the refusal", func() bool { return m.saidOnce(why) })
			if s := m.state(); s.First != slots.A || s.B != (slots.Slot{Left: slots.TriesNew}) {
				t.Errorf("slot state %+v", s)
			}
		})
	}
}
