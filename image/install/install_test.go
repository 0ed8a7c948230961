package install

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/store/release"
)

// box is an installer whose rauc says of any file what the file says.
func box(t *testing.T) (i Installer, bundle string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	i = Installer{
		Rauc: write("rauc", "#!/bin/sh\nfor last; do :; done\ncat \"$last\"\n"), Keyring: write("keyring", ""), Dir: filepath.Join(dir, "system"),
		Running: release.Release{Compatible: "checkpoint-arm64", Version: release.Version{Major: 1, Minor: 3}, Floor: release.Version{Major: 1, Minor: 2}}, Out: t.Output(),
	}
	return i, write("bundle", `{"compatible":"checkpoint-arm64","version":"1.4.0"}`)
}

// Whoever can write to the place that a bundle came from cannot change what was
// judged.
func TestWhatIsInstalledIsWhatWasJudged(t *testing.T) {
	i, from := box(t)
	b, err := i.Open(t.Context(), from, false)
	if err != nil || b.Version != (release.Version{Major: 1, Minor: 4}) {
		t.Fatalf("%+v, %v", b, err)
	}
	if err := os.WriteFile(from, []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(b.path); err != nil || !strings.Contains(string(text), "1.4.0") {
		t.Errorf("%s, %v", text, err)
	}
	if info, err := os.Stat(b.path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if _, err := i.Open(t.Context(), from, false); !errors.Is(err, ErrBusy) {
		t.Errorf("beside another one: %v", err)
	}
	if err := i.Install(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(b.path); !os.IsNotExist(err) {
		t.Errorf("the copy stays: %v", err)
	}
	if v, err := i.Failed(); err != nil || v != b.Version {
		t.Errorf("before the restart: %v, %v", v, err)
	}
	i.Running.Version = b.Version
	if v, err := i.Failed(); err != nil || v != (release.Version{}) {
		t.Errorf("after it: %v, %v", v, err)
	}
}

// What RAUC names as the cause is what the technician reads.
func TestAFailedInstallSaysWhy(t *testing.T) {
	i, from := box(t)
	b, err := i.Open(t.Context(), from, false)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for script, want := range map[string]string{
		"echo ' 40% writing'; echo 'LastError: input/output error' >&2; echo 'Installing failed' >&2; exit 1": ": input/output error",
		"echo 'Installing failed' >&2; exit 1": ": Installing failed",
		"exit 3":                               ": exit status 3",
	} {
		if err := os.WriteFile(i.Rauc, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := i.Install(t.Context(), b); !errors.Is(err, ErrWrite) || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%s: %v", script, err)
		}
	}
	if v, err := i.Failed(); err != nil || v != (release.Version{}) {
		t.Errorf("it counts as tried: %v, %v", v, err)
	}
}

// A system that was ready sets the floor, and what is below is refused.
func TestAProvenSystemRaisesTheFloor(t *testing.T) {
	i, from := box(t)
	i.Running.Floor = release.Version{Major: 1, Minor: 5}
	if err := i.Proved(); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Open(t.Context(), from, false); !errors.Is(err, ErrOlder) {
		t.Error(err)
	}
}

// What came by itself is tried again after what may pass, and given up after what
// does not: a bundle that breaks off each time must not wear the card out.
func TestWhatBreaksOffIsTriedAgainButNotForEver(t *testing.T) {
	i, from := box(t)
	info, err := os.ReadFile(i.Rauc)
	if err != nil {
		t.Fatal(err)
	}
	// The floor rots, rauc is killed: nothing is known of the bundle.
	if err := errors.Join(os.MkdirAll(i.Dir, 0o755), os.WriteFile(string(i.Floor()), []byte("1.3"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := i.Open(t.Context(), from, true); err == nil || Refused(err) {
		t.Errorf("no floor: %v", err)
	}
	if err := i.Proved(); err != nil {
		t.Fatal(err)
	}
	begin := func(script string) error {
		if err := os.WriteFile(i.Rauc, []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		b, err := i.Open(t.Context(), from, true)
		if err != nil {
			return err
		}
		return errors.Join(i.Install(t.Context(), b), b.Close())
	}
	for range mostBegun - 1 {
		if err := begin("#!/bin/sh\nkill -9 $$\n"); err == nil || Refused(err) {
			t.Fatalf("killed: %v", err)
		}
	}
	broken := "#!/bin/sh\nif [ $1 = install ]; then exit 1; fi\n" + strings.TrimPrefix(string(info), "#!/bin/sh\n")
	if err := begin(broken); !errors.Is(err, ErrWrite) || Refused(err) {
		t.Errorf("broken off: %v", err)
	}
	if err := begin(string(info)); !errors.Is(err, ErrGivenUp) || !Refused(err) {
		t.Errorf("for ever: %v", err)
	}
	if b, err := i.Open(t.Context(), from, false); err != nil || b.Close() != nil {
		t.Errorf("by hand: %v", err)
	}
	// Another one that comes has tries of its own.
	if err := os.WriteFile(from, []byte(`{"compatible": "checkpoint-arm64", "version": "1.4.1"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := begin(string(info)); err != nil {
		t.Errorf("the next one: %v", err)
	}
	i.Running.Version = release.Version{Major: 1, Minor: 4, Patch: 1}
	if err := begin(string(info)); !errors.Is(err, ErrRuns) || !Refused(err) {
		t.Errorf("once it runs: %v", err)
	}
}
