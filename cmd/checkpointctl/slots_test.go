package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/console/control"
	"checkpoint/image/proof"
	"checkpoint/image/slots"
	"checkpoint/store/release"
)

// A system is good when the daemon's lanes work, and not when the daemon is merely
// up: one that cannot read the box's configuration has to be left again.
func TestOnlyAWorkingLaneMakesASystemGood(t *testing.T) {
	for fault, good := range map[string]bool{"": true, "lane 1 has no reader": false} {
		dir := t.TempDir()
		card := filepath.Join(dir, "card")
		if err := os.WriteFile(card, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(card, 16<<20); err != nil {
			t.Fatal(err)
		}
		serveStatus(t, dir, control.Status{Fault: fault})
		code, _, errs := run([]string{"system", "good", "--card", card, "--running", "B", "--run", dir})
		if (code == 0) != good || strings.Contains(errs, "out of service") == good {
			t.Errorf("fault %q: %d %s", fault, code, errs)
		}
		f, err := os.Open(card)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if s, err := slots.Read(f); (err == nil && s.B.Proven) != good {
			t.Errorf("fault %q: %+v, %v", fault, s, err)
		}
		// With B proven a new system A does not stay for ever.
		_, out, _ := run([]string{"system", "trial", "--dry-run", "--card", card, "--running", "A"})
		if strings.Contains(out, "restarting") != good {
			t.Errorf("fault %q: trial says %s", fault, out)
		}
	}
}

// A rotten system is not started any more, if there is a sound one; of two rotten
// ones the box goes on with what it has.
func TestARottenSystemIsNotStarted(t *testing.T) {
	rot := fmt.Errorf("%w: a block", proof.ErrRot)
	for name, c := range map[string]struct {
		rotten map[slots.Name]error
		next   slots.Name
		b      int // tries of B
		fails  bool
	}{
		"both sound":         {nil, slots.B, slots.TriesProven, false},
		"the wanted one":     {map[slots.Name]error{slots.B: rot}, slots.A, 0, true},
		"the other one":      {map[slots.Name]error{slots.A: rot}, slots.B, slots.TriesProven, true},
		"both":               {map[slots.Name]error{slots.A: rot, slots.B: rot}, slots.B, slots.TriesProven, true},
		"one cannot be read": {map[slots.Name]error{slots.A: errors.New("input/output error")}, slots.B, slots.TriesProven, true},
	} {
		c2 := slotCard{disk: filepath.Join(t.TempDir(), "card")}
		if err := errors.Join(os.WriteFile(c2.disk, nil, 0o600), os.Truncate(c2.disk, 16<<20), c2.alter(func(s *slots.State) { s.Good(slots.A); s.Good(slots.B); s.Prefer(slots.B) })); err != nil {
			t.Fatal(err)
		}
		err := c2.scrub(t.Context(), cli.IO{Out: t.Output(), Err: t.Output()}, func(_ context.Context, n slots.Name) error { return c.rotten[n] })
		s, errRead := c2.read()
		if (err != nil) != c.fails || errRead != nil || s.Next() != c.next || s.B.Left != c.b {
			t.Errorf("%s: %v, %+v, %v", name, err, s, errRead)
		}
	}
}

// What is being written, or was given up, is not looked at.
func TestASlotThatIsBadIsNotProven(t *testing.T) {
	c := slotCard{disk: filepath.Join(t.TempDir(), "card")}
	if err := errors.Join(os.WriteFile(c.disk, nil, 0o600), os.Truncate(c.disk, 16<<20), c.alter(func(s *slots.State) { s.Good(slots.A); s.Bad(slots.B) })); err != nil {
		t.Fatal(err)
	}
	var looked []slots.Name
	err := c.scrub(t.Context(), cli.IO{Out: t.Output(), Err: t.Output()}, func(_ context.Context, n slots.Name) error { looked = append(looked, n); return nil })
	if err != nil || !slices.Equal(looked, []slots.Name{slots.A}) {
		t.Errorf("%v, %v", looked, err)
	}
}

// serveStatus is a daemon that is asked nothing else.
func serveStatus(t *testing.T, dir string, s control.Status) {
	t.Helper()
	l, err := control.Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	server := &control.Server{Hub: control.NewHub(), Status: func() control.Status { return s }}
	ended := make(chan struct{})
	go func() { _ = server.Serve(t.Context(), l); close(ended) }()
	t.Cleanup(func() { <-ended })
}

// A technician who looks at the systems of a box is told why it has not taken the
// newer one, and sees them as well where the daemon is down.
func TestTheSystemsThatAreOffered(t *testing.T) {
	at := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	const slots = "A  đang chạy / runs"
	for want, update := range map[string]*control.Update{
		"": {Offered: 4},
		"bản mới được đưa ra / a newer one is offered: 1.4.0\n": {System: "1.4.0"},
		"1.4.0; chờ đợt 2 trên 3, không trước 2026-03-01T08:00:00Z / waits for stage 2 of 3, not before 2026-03-01T08:00:00Z\n": {
			System: "1.4.0", SystemHeld: &control.Held{Stage: 2, Of: 3, NotBefore: at}},
		"; tỉnh đang tạm dừng / PAUSED by the province\n": {
			System: "1.4.0", SystemHeld: &control.Held{Stage: 2, Of: 3, NotBefore: at, Paused: true}},
		"down": nil,
	} {
		dir := t.TempDir()
		card := filepath.Join(dir, "card")
		if err := os.WriteFile(card, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(card, 16<<20); err != nil {
			t.Fatal(err)
		}
		if want != "down" {
			serveStatus(t, dir, control.Status{Update: update})
		}
		_, out, errs := run([]string{"system", "status", "--card", card, "--running", "A", "--run", dir})
		if !strings.HasPrefix(out, slots) {
			t.Errorf("%q: the slots are not said: %s %s", want, out, errs)
		}
		if quiet := want == "" || want == "down"; quiet && strings.Contains(out, "offered") || !quiet && !strings.HasSuffix(out, want) {
			t.Errorf("not said: %q in\n%s", want, out)
		}
	}
}

// A version that fell back here is not said to be on its way.
func TestAnOfferThatFellBackIsNotWaitedFor(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	if err := errors.Join(
		os.WriteFile(file("card"), nil, 0o600), os.Truncate(file("card"), 16<<20),
		os.WriteFile(file("release"), []byte("compatible=checkpoint-arm64\nversion=1.3.5\nfloor=1.3.0\n"), 0o600), os.Mkdir(file("keep"), 0o700),
		release.Kept(filepath.Join(file("keep"), "tried")).Store(release.Version{Major: 1, Minor: 4}),
	); err != nil {
		t.Fatal(err)
	}
	serveStatus(t, dir, control.Status{Update: &control.Update{System: "1.4.0"}})
	_, out, errs := run([]string{"system", "status", "--card", file("card"), "--running", "A", "--run", dir, "--release", file("release"), "--keep", file("keep")})
	if !strings.Contains(out, "waits for the next") || strings.Contains(out, "newer one is offered") {
		t.Errorf("%s%s", out, errs)
	}
}
