package publish_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/publish"
	"checkpoint/store/release"
)

func bundleOf(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bundle.raucb")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func version(t *testing.T, text string) release.Version {
	t.Helper()
	v, err := release.Parse(text)
	must(t, err)
	return v
}

// offered is the number of the offer that boxes are told of; 0: none.
func offered(t *testing.T, r *publish.Repo) int64 {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(r.Dir, "*.snapshot.json"))
	must(t, err)
	newest := new(metadata.Metadata[metadata.SnapshotType])
	for _, name := range names {
		m, err := new(metadata.Metadata[metadata.SnapshotType]).FromFile(name)
		must(t, err)
		if newest.Signed.Version < m.Signed.Version {
			newest = m
		}
	}
	if meta := newest.Signed.Meta["system.json"]; meta != nil {
		return meta.Version
	}
	return 0
}

// Officers sign a bundle one after the other; boxes are told of it by what the
// online key says next, and snapshots go on without it being signed again.
func TestASystemIsOfferedByItsOfficers(t *testing.T) {
	r := begun(t)
	_, err := r.Publish(sign(t, built(t, "mau", 1), soon(), 1, 2), online)
	must(t, err)
	bundle := bundleOf(t, "one")
	if o, err := r.SignSystem(bundle, version(t, "1.3.0"), nil, keyOf(1)); err != nil || o.Holds {
		t.Fatalf("%+v, %v", o, err)
	}
	must(t, r.Refresh(online))
	if offered(t, r) != 0 {
		t.Error("boxes are told of a bundle with one signature")
	}
	if o, err := r.SignSystem(bundle, version(t, "1.3.0"), nil, keyOf(1)); err != nil || o.Holds {
		t.Fatalf("the same officer again: %+v, %v", o, err)
	}
	if o, err := r.SignSystem(bundle, version(t, "1.3.0"), nil, keyOf(3)); err != nil || !o.Holds {
		t.Fatalf("%+v, %v", o, err)
	}
	must(t, r.Refresh(online))
	_, err = r.Publish(sign(t, built(t, "mau", 2), soon(), 1, 2), online)
	must(t, err)
	if n := offered(t, r); n != 1 {
		t.Errorf("offer %d", n)
	}
}

// An officer who says something else begins anew: no signature is lent to it.
func TestOfficersMustMeanTheSameBundle(t *testing.T) {
	r := begun(t)
	for i, offer := range []struct{ text, version string }{{"one", "1.3.0"}, {"two", "1.3.0"}, {"two", "1.3.1"}} {
		if o, err := r.SignSystem(bundleOf(t, offer.text), version(t, offer.version), nil, keyOf(byte(1+i%2))); err != nil || o.Holds {
			t.Errorf("%+v: %+v, %v", offer, o, err)
		}
	}
}

func TestSystemsThatAreNotOffered(t *testing.T) {
	r := begun(t)
	bundle := bundleOf(t, "one")
	for n := range byte(2) {
		_, err := r.SignSystem(bundle, version(t, "1.3.0"), nil, keyOf(1+n))
		must(t, err)
	}
	for _, v := range []string{"1.3.0", "1.2.9"} {
		if _, err := r.SignSystem(bundle, version(t, v), nil, keyOf(1)); err == nil || !strings.Contains(err.Error(), "only go to newer") {
			t.Errorf("%s: %v", v, err)
		}
	}
	if _, err := r.SignSystem(bundle, version(t, "1.4.0"), nil, keyOf(9)); err == nil || !strings.Contains(err.Error(), "does not name this key") {
		t.Errorf("a stranger: %v", err)
	}
}

// The repository keeps two bundles, and forgets those of officers out of office.
func TestOldSystemsGo(t *testing.T) {
	r := begun(t)
	_, err := r.Publish(sign(t, built(t, "mau", 1), soon(), 1, 2), online)
	must(t, err)
	for _, v := range []string{"1.0.0", "1.1.0", "1.2.0"} {
		for n := range byte(2) {
			_, err := r.SignSystem(bundleOf(t, v), version(t, v), nil, keyOf(1+n))
			must(t, err)
		}
		must(t, r.Refresh(online))
	}
	for pattern, want := range map[string]int{"*.system.json": 2, "targets/*.raucb": 2} {
		if found, _ := filepath.Glob(filepath.Join(r.Dir, pattern)); len(found) != want {
			t.Errorf("%s: %v, want %d", pattern, found, want)
		}
	}
	must(t, r.DraftRoot(officers(3, 4, 5), public(online)))
	signRoot(t, r, 3, 4, 1)
	_, err = r.Publish(sign(t, built(t, "mau", 2), soon(), 4, 5), online)
	must(t, err)
	if n := offered(t, r); n != 0 {
		t.Errorf("offer %d of officers out of office", n)
	}
}
