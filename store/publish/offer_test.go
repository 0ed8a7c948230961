package publish_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/publish"
	"checkpoint/store/stages"
)

type targets = metadata.Metadata[metadata.TargetsType]

func targetsOf(t *testing.T, dir string) *targets {
	t.Helper()
	m, err := new(targets).FromFile(filepath.Join(dir, publish.TargetsFile))
	must(t, err)
	return m
}

// Whoever can write to the directory has put targets there. No officer signs
// what was not shown of them, nor for longer than the officer says.
func TestForeignTargetsAreNotSignedUnseen(t *testing.T) {
	fresh := time.Now().AddDate(0, 0, 30).UTC().Truncate(time.Second)
	ages := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		change func(*targets)
		want   error
	}{
		"for ever, signed by nobody":        {func(m *targets) { m.Signed.Expires, m.Signatures = ages, nil }, nil},
		"for ever, signed by a stranger":    {func(m *targets) { m.Signed.Expires = ages }, publish.ErrFresh},
		"a further field":                   {func(m *targets) { m.Signed.UnrecognizedFields = map[string]any{"x": "y"} }, nil},
		"a further field of the target":     {func(m *targets) { file(m).UnrecognizedFields = map[string]any{"x": "y"} }, nil},
		"a delegation":                      {func(m *targets) { m.Signed.Delegations = &metadata.Delegations{Keys: map[string]*metadata.Key{}} }, nil},
		"a further field, and for ever":     {func(m *targets) { m.Signed.Expires = ages; m.Signed.UnrecognizedFields = map[string]any{"x": "y"} }, nil},
		"a further field beside the signed": {func(m *targets) { m.UnrecognizedFields = map[string]any{"x": "y"} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			dir := sign(t, built(t, "mau", 2), fresh, 9)
			m := targetsOf(t, dir)
			c.change(m)
			must(t, m.ToFile(filepath.Join(dir, publish.TargetsFile), true))
			offer, err := publish.Prepare(dir, manifestOf(t, dir), fresh)
			if !errors.Is(err, c.want) {
				t.Fatalf("got %v, want %v", err, c.want)
			}
			if c.want != nil {
				return
			}
			must(t, offer.Sign(keyOf(1)))
			must(t, offer.Sign(keyOf(2)))
			if got := targetsOf(t, dir); len(got.UnrecognizedFields) > 0 || !got.Signed.Expires.Equal(fresh) || !offer.Fresh.Equal(fresh) {
				t.Errorf("signed until %s, shown %s, further %v", got.Signed.Expires, offer.Fresh, got.UnrecognizedFields)
			}
			r := begun(t)
			publishAll(t, r, dir)
			b := string(readFile(t, filepath.Join(r.Dir, "2.targets.json")))
			if strings.Contains(b, `"x"`) || strings.Contains(b, "delegations") {
				t.Errorf("signed unseen: %s", b)
			}
		})
	}
}

func file(m *targets) *metadata.TargetFiles { return m.Signed.Targets["manifest.cbor"] }

// A second officer joins the first, whose days count, and learns of them.
func TestASecondOfficerJoinsTheFirst(t *testing.T) {
	first := time.Now().AddDate(0, 0, 20).UTC().Truncate(time.Second)
	dir := sign(t, built(t, "mau", 2), first, 1)
	offer, err := publish.Prepare(dir, manifestOf(t, dir), first.AddDate(0, 0, 10))
	if err != nil || !offer.Joins || !offer.Fresh.Equal(first) {
		t.Fatalf("joins %t until %s, %v", offer.Joins, offer.Fresh, err)
	}
	must(t, offer.Sign(keyOf(2)))
	publishAll(t, begun(t), dir)
	if _, err := publish.Prepare(dir, manifestOf(t, dir), first.AddDate(0, 0, -1)); !errors.Is(err, publish.ErrFresh) {
		t.Errorf("longer than the officer says: %v", err)
	}
}

// What is exchanged between look and signature is not signed.
func TestWhatWasShownIsSigned(t *testing.T) {
	r, now := timed(t)
	dir, plan := planned(t, 2, *now)
	offer, err := publish.Prepare(dir, manifestOf(t, dir), now.AddDate(0, 0, 30))
	must(t, err)
	if !stages.Equal(offer.Plan, &plan) {
		t.Fatalf("shown %+v", offer.Plan)
	}
	must(t, os.Remove(filepath.Join(dir, "rollout.json")))
	must(t, offer.Sign(keyOf(1)))
	must(t, offer.Sign(keyOf(2)))
	publishAll(t, r, dir)
	if got, err := r.Rollout(); err != nil || !stages.Equal(got.Plan, &plan) {
		t.Errorf("signed %+v, %v", got.Plan, err)
	}
	rebuilt(t, dir)
	if err := offer.Sign(keyOf(1)); err == nil || !strings.Contains(err.Error(), "changed while it was compared") {
		t.Errorf("another manifest: %v", err)
	}
}
