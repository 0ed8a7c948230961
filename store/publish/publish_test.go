package publish_test

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/publish"
	"checkpoint/store/snapshot"
)

func keyOf(seed byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(append(make([]byte, 31), seed))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func officers(seeds ...byte) snapshot.KeySet {
	set := snapshot.KeySet{Threshold: 2}
	for _, s := range seeds {
		set.Keys = append(set.Keys, snapshot.PublicKey{Key: snapshot.HexData(keyOf(s).Public().(ed25519.PublicKey))})
	}
	return set
}

var online = keyOf(100)

func public(k ed25519.PrivateKey) ed25519.PublicKey { return k.Public().(ed25519.PublicKey) }

// begun is a repository with a root by officers 1, 2 and 3, of whom two agree.
func begun(t *testing.T) *publish.Repo {
	t.Helper()
	r := &publish.Repo{Dir: filepath.Join(t.TempDir(), "repo"), Expiry: publish.DefaultExpiry()}
	must(t, r.DraftRoot(officers(1, 2, 3), public(online)))
	signRoot(t, r, 1, 2)
	return r
}

func signRoot(t *testing.T, r *publish.Repo, seeds ...byte) {
	t.Helper()
	for i, s := range seeds {
		if _, holds, err := r.SignRoot(keyOf(s)); err != nil || holds != (i == len(seeds)-1) {
			t.Fatalf("signature %d of %d: holds %t, %v", i+1, len(seeds), holds, err)
		}
	}
}

// built is a snapshot directory, not signed yet.
func built(t *testing.T, province string, n uint64) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.MkdirAll(snapshot.LayersDir(dir), 0o755))
	w, err := snapshot.NewLayerWriter(snapshot.Plan{Province: province, Kind: snapshot.LayerBase, Number: n}, snapshot.Pepper{1})
	must(t, err)
	must(t, w.Add(snapshot.Entry{Person: &snapshot.Person{Kind: checkpoint.KindCCCD, Number: fmt.Sprintf("001%09d", n), Birth: checkpoint.Date{Year: 1990}}}))
	ref, err := w.Write(snapshot.LayersDir(dir))
	must(t, err)
	must(t, snapshot.WriteBundle(dir, snapshot.Manifest{Province: province, Number: n, Created: 1_767_225_600, Layers: []snapshot.LayerRef{ref}, Policy: []byte("x")}))
	return dir
}

func sign(t *testing.T, dir string, fresh time.Time, seeds ...byte) string {
	t.Helper()
	raw, _, err := snapshot.ReadBundle(dir)
	must(t, err)
	for _, s := range seeds {
		offer, err := publish.Prepare(dir, raw, fresh)
		must(t, err)
		must(t, offer.Sign(keyOf(s)))
	}
	return dir
}

func soon() time.Time { return time.Now().Add(time.Hour) }

// Boxes that believed it would refuse all that follows.
func TestPublishRefusesASnapshotOfTheFuture(t *testing.T) {
	r := begun(t)
	r.Now = func() time.Time { return time.Unix(1_767_225_600, 0).Add(-11 * time.Minute) }
	if _, err := r.Publish(sign(t, built(t, "mau", 1), soon(), 1, 2), online); !errors.Is(err, snapshot.ErrCreated) {
		t.Fatalf("got %v", err)
	}
	r.Now = nil
	_, err := r.Publish(sign(t, built(t, "mau", 1), soon(), 1, 2), online)
	must(t, err)
}

// What boxes would refuse is not published, and leaves the repository as it was.
func TestPublishRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		dir  func(t *testing.T) string
		key  ed25519.PrivateKey
		want string
	}{
		"one signature short": {func(t *testing.T) string { return sign(t, built(t, "mau", 2), soon(), 1) }, online, "1 good signatures, want 2"},
		"a stranger signs":    {func(t *testing.T) string { return sign(t, built(t, "mau", 2), soon(), 1, 9) }, online, "1 good signatures, want 2"},
		"manifest signed, targets not": {func(t *testing.T) string {
			dir := sign(t, built(t, "mau", 2), soon(), 1, 2)
			must(t, os.Remove(filepath.Join(dir, publish.TargetsFile)))
			return dir
		}, online, "targets.json is missing"},
		"targets of another manifest": {func(t *testing.T) string {
			dir, other := sign(t, built(t, "mau", 2), soon(), 1, 2), sign(t, built(t, "mau", 3), soon(), 1, 2)
			must(t, os.Rename(filepath.Join(other, publish.TargetsFile), filepath.Join(dir, publish.TargetsFile)))
			return dir
		}, online, "of another manifest"},
		"expired already":                  {func(t *testing.T) string { return sign(t, built(t, "mau", 2), time.Now().Add(-time.Hour), 1, 2) }, online, "signatures were good until"},
		"an older number":                  {func(t *testing.T) string { return sign(t, built(t, "mau", 1), soon(), 1, 2) }, online, ""},
		"the same number, other contents":  {func(t *testing.T) string { return sign(t, built(t, "mau", 1), soon(), 1, 2) }, online, ""},
		"another province":                 {func(t *testing.T) string { return sign(t, built(t, "khac", 2), soon(), 1, 2) }, online, `snapshot of "khac" in the repository of "mau"`},
		"the online key is an officer's":   {func(t *testing.T) string { return sign(t, built(t, "mau", 2), soon(), 1, 2) }, keyOf(1), "online key"},
		"a layer is damaged":               {func(t *testing.T) string { return rotten(t, sign(t, built(t, "mau", 2), soon(), 1, 2)) }, online, "damaged"},
		"signed before it was built again": {func(t *testing.T) string { return rebuilt(t, sign(t, built(t, "mau", 2), soon(), 1, 2)) }, online, "0 good signatures"},
	} {
		t.Run(name, func(t *testing.T) {
			r := begun(t)
			first := sign(t, built(t, "mau", 1), soon(), 1, 2)
			if name == "an older number" {
				first = sign(t, built(t, "mau", 5), soon(), 1, 2)
			}
			_, err := r.Publish(first, online)
			must(t, err)
			before, err := os.ReadFile(filepath.Join(r.Dir, "timestamp.json"))
			must(t, err)
			dir := c.dir(t)
			if name == "the same number, other contents" {
				m, err := snapshot.PeekManifest(manifestOf(t, dir))
				must(t, err)
				m.Created++
				must(t, snapshot.WriteBundle(dir, m))
				sign(t, dir, soon(), 1, 2)
			}
			if c.want == "" {
				c.want = "cannot follow"
			}
			if _, err := r.Publish(dir, c.key); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want %q", err, c.want)
			}
			after, err := os.ReadFile(filepath.Join(r.Dir, "timestamp.json"))
			must(t, err)
			if string(before) != string(after) {
				t.Error("the boxes were told of something")
			}
		})
	}
}

func manifestOf(t *testing.T, dir string) []byte {
	raw, _, err := snapshot.ReadBundle(dir)
	must(t, err)
	return raw
}

func rebuilt(t *testing.T, dir string) string {
	m, err := snapshot.PeekManifest(manifestOf(t, dir))
	must(t, err)
	m.Created++
	must(t, snapshot.WriteBundle(dir, m))
	return dir
}

func rotten(t *testing.T, dir string) string {
	files, err := filepath.Glob(filepath.Join(snapshot.LayersDir(dir), "*.layer"))
	must(t, err)
	b, err := os.ReadFile(files[0])
	must(t, err)
	for at := 2*4096 + 50; at < len(b); at += 100 {
		b[at] ^= 1
	}
	must(t, os.WriteFile(files[0], b, 0o644))
	return dir
}

// The repository holds two snapshots, however many were published.
func TestOldSnapshotsGo(t *testing.T) {
	r := begun(t)
	for n := uint64(1); n <= 4; n++ {
		_, err := r.Publish(sign(t, built(t, "mau", n), soon(), 1, 3), online)
		must(t, err)
	}
	for range 5 {
		must(t, r.Refresh(online))
	}
	for pattern, want := range map[string]int{"*.targets.json": 2, "*.snapshot.json": 2, "layers/*": 2, "targets/*": 4, "*.root.json": 1} {
		if found, _ := filepath.Glob(filepath.Join(r.Dir, pattern)); len(found) != want {
			t.Errorf("%s: %v, want %d", pattern, found, want)
		}
	}
}

// A root changes hands only with both sides' signatures.
func TestRotationNeedsOldAndNewOfficers(t *testing.T) {
	r := begun(t)
	must(t, r.DraftRoot(officers(3, 4, 5), public(online)))
	for _, s := range []byte{4, 5, 3} { // new ones only, and one old
		if _, holds, err := r.SignRoot(keyOf(s)); err != nil || holds {
			t.Fatalf("officer %d: holds %t, %v", s, holds, err)
		}
	}
	if _, _, err := r.SignRoot(keyOf(9)); err == nil {
		t.Error("a stranger's signature is taken")
	}
	version, holds, err := r.SignRoot(keyOf(1))
	if err != nil || !holds || version != 2 {
		t.Fatalf("version %d, holds %t, %v", version, holds, err)
	}
	if _, err := r.Publish(sign(t, built(t, "mau", 1), soon(), 1, 2), online); !errors.Is(err, snapshot.ErrUntrusted) {
		t.Errorf("officers out of office: %v", err)
	}
	if _, err := r.Publish(sign(t, built(t, "mau", 1), soon(), 4, 5), online); err != nil {
		t.Error(err)
	}
}
