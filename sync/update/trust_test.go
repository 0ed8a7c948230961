package update

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/snapshot"
)

// The clock of a box without battery may say anything; what it is believed is
// decided by the clock package. Whatever comes out, a box with old data gets
// the newest, and a frozen mirror is found out by the newest signed time.
func TestClockAt1970And2040(t *testing.T) {
	for name, wrong := range map[string]time.Time{"1970": time.Unix(30, 0), "zero": {}} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.box.now = wrong
			s.mustUpdate()
			s.wants(2, 200)
			// A year later the same clock does not let a mirror of today pass for
			// fresh: the newest signed time is held against it.
			s.province.now = s.province.now.Add(5 * day)
			s.province.publish(3, 0, 10)
			frozen := copyDir(t, s.repo.Dir)
			s.o.Carrier = Directory(s.repo.Dir)
			s.mustUpdate()
			s.o.Carrier = Directory(frozen)
			s.province.now = s.province.now.Add(100 * day)
			s.province.publish(4, 0, 10)
			must(t, os.WriteFile(filepath.Join(s.state, "update", floorsFile), []byte(fmt.Sprintf(`{"timestamp":3,"snapshot":3,"number":3,"time":%q}`, s.province.now.Format(time.RFC3339))), 0o600))
			if _, err := s.Update(t.Context()); !errors.Is(err, ErrStale) {
				t.Errorf("frozen mirror: %v", err)
			}
			s.wants(3, 0)
		})
	}
	// A clock at 2040 that was believed would call everything stale. Nothing is
	// removed for it, and all is well once it is right again.
	s := newScene(t)
	right := s.box.now
	s.box.now = time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, err := s.Update(t.Context()); !errors.Is(err, ErrStale) {
		t.Errorf("2040: %v", err)
	}
	s.wants(1, 0)
	s.box.now = right
	s.mustUpdate()
	s.wants(2, 200)
}

// Whatever is lost or torn of what the client keeps, it neither stops nor goes
// back below the snapshot in use.
func TestLostOrTornStateIsRebuilt(t *testing.T) {
	for name, harm := range map[string]func(dir string) error{
		"all lost":     os.RemoveAll,
		"floors empty": func(dir string) error { return os.WriteFile(filepath.Join(dir, floorsFile), nil, 0o600) },
		"floors torn": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, floorsFile), []byte(`{"timest`), 0o600)
		},
		"root empty": func(dir string) error { return os.WriteFile(filepath.Join(dir, "1.root.json"), nil, 0o600) },
		"root torn": func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "1.root.json"), bytes.Repeat([]byte{0}, 4096), 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.mustUpdate()
			must(t, harm(filepath.Join(s.state, "update")))
			s.o.Carrier = Directory(s.old)
			if changed, err := s.Update(t.Context()); changed || !errors.Is(err, ErrRollback) {
				t.Fatalf("rollback: changed %t, %v", changed, err)
			}
			s.wants(2, 200)
			s.province.publish(3, 0, 10)
			s.o.Carrier = Directory(s.repo.Dir)
			s.mustUpdate()
			s.wants(3, 0)
		})
	}
}

// A change of officers is followed, also by a box that was started anew, and
// does not take the data away that the former officers signed.
func TestRotationIsFollowed(t *testing.T) {
	s := newScene(t)
	s.mustUpdate()
	s.o.Carrier = Directory(s.repo.Dir)
	s.rotate()
	// Until the new officers have signed a snapshot there is nothing they
	// stand for; the data in use stay.
	if _, err := s.Update(t.Context()); !errors.Is(err, ErrSignatures) {
		t.Errorf("nothing signed by the new officers yet: %v", err)
	}
	s.wants(2, 200)
	again := s.province.box(s.state, s.o.Carrier) // restarted
	again.wants(2, 200)
	s.province.publishAs(3, 2, 3)
	again.mustUpdate()
	again.wants(3, 9000)
	if _, err := again.Box.Load(filepath.Join(s.builds, "2"), snapshot.Incoming{}); !errors.Is(err, snapshot.ErrUntrusted) {
		t.Errorf("an older snapshot by former officers from a stick: %v", err)
	}
	// A box that is enrolled with the new officers never sees the first root
	// as one to trust, and begins at the second.
	fresh := s.province.box(t.TempDir(), s.o.Carrier)
	fresh.Client.o.Officers = s.keySet(1, 2, 3)
	fresh.Box.Follow(s.keySet(1, 2, 3), nil)
	fresh.mustUpdate()
	fresh.wants(3, 9000)
}

// A lost online key can have named versions without end; with the key its
// versions are forgotten.
func TestNewOnlineKeyForgetsTheOldKeysVersions(t *testing.T) {
	s := newScene(t)
	resign(s, "timestamp.json", func(m *metadata.Metadata[metadata.TimestampType]) { m.Signed.Version = 1 << 60 }, s.online)
	s.mustUpdate()
	s.o.Carrier = Directory(s.repo.Dir)
	s.province.publish(3, 0, 10)
	if _, err := s.Update(t.Context()); !errors.Is(err, ErrRollback) {
		t.Fatalf("the true timestamp below the forged one: %v", err)
	}
	s.online = keyOf(101)
	must(t, s.repo.DraftRoot(s.keySet(0, 1, 2), s.online.Public().(ed25519.PublicKey)))
	s.signRoot(0, 2)
	must(t, s.repo.Refresh(s.online))
	s.mustUpdate()
	s.wants(3, 0)
}

// A root that has expired makes data stale, and a new one makes them fresh.
func TestExpiredRootIsStaleOnly(t *testing.T) {
	s := newScene(t)
	s.mustUpdate()
	s.province.now = s.province.now.Add(401 * day)
	s.box.now = s.province.now
	must(t, s.repo.Refresh(s.online))
	s.o.Carrier = Directory(s.repo.Dir)
	if _, err := s.Update(t.Context()); !errors.Is(err, ErrStale) {
		t.Fatal(err)
	}
	s.wants(2, 200)
	must(t, s.repo.DraftRoot(s.keySet(0, 1, 2), s.online.Public().(ed25519.PublicKey)))
	s.signRoot(0, 1)
	s.province.publishAs(3, 0, 1)
	s.mustUpdate()
	s.wants(3, 9000)
}
