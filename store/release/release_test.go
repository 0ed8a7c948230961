package release

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

func TestVersionsHaveOneSpelling(t *testing.T) {
	for text, ok := range map[string]bool{
		"1.4.0": true, "0.0.1": true, "2026.326.834": true, "4294967295.0.0": true,
		"": false, "1.4": false, "1.4.0.0": false, "v1.4.0": false, "1.04.0": false, "1.4.0-rc1": false, "+1.4.0": false, "1.4.-0": false, "1..0": false, "4294967296.0.0": false, " 1.4.0": false,
	} {
		v, err := Parse(text)
		if (err == nil) != ok || ok && v.String() != text {
			t.Errorf("%q: %v, %v", text, v, err)
		}
	}
}

func TestVersionsCompareByTheirNumbers(t *testing.T) {
	number := rapid.Uint32()
	rapid.Check(t, func(rt *rapid.T) {
		a := Version{number.Draw(rt, "a"), number.Draw(rt, "b"), number.Draw(rt, "c")}
		b := a
		if a.Compare(b) != 0 {
			rt.Fatal("a version is not itself")
		}
		switch part := rapid.IntRange(0, 2).Draw(rt, "part"); {
		case part == 0 && b.Major > 0:
			b.Major, b.Patch = b.Major-1, 1<<32-1
		case part == 1 && b.Minor > 0:
			b.Minor, b.Patch = b.Minor-1, 1<<32-1
		case b.Patch > 0:
			b.Patch--
		default:
			return
		}
		if a.Compare(b) != 1 || b.Compare(a) != -1 {
			rt.Errorf("%v and %v", a, b)
		}
	})
}

func put(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "release")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestReleases(t *testing.T) {
	r, err := Read(put(t, "compatible=checkpoint-arm64\nversion=1.4.2\nfloor=1.3.0\nlater=yes\n"))
	if err != nil || r != (Release{"checkpoint-arm64", Version{1, 4, 2}, Version{1, 3, 0}}) {
		t.Errorf("%+v, %v", r, err)
	}
	for name, text := range map[string]string{"no floor": "compatible=x\nversion=1.4.2\n", "no version": "compatible=x\nfloor=1.4.2\n", "no kind": "version=1.4.2\nfloor=1.4.2\n", "garbled": "compatible=x\nversion=1.4.2\nfloor=x\n", "floor above": "compatible=x\nversion=1.4.2\nfloor=1.4.3\n", "empty": ""} {
		if r, err := Read(put(t, text)); err == nil {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

// The floor only rises, over whatever comes.
func TestTheFloorNeverSinks(t *testing.T) {
	floor := Kept(filepath.Join(t.TempDir(), "system", "floor"))
	for _, step := range []struct{ raise, want Version }{{Version{1, 0, 0}, Version{1, 0, 0}}, {Version{0, 9, 0}, Version{1, 0, 0}}, {Version{1, 2, 0}, Version{1, 2, 0}}, {Version{1, 1, 9}, Version{1, 2, 0}}} {
		if err := floor.Raise(step.raise); err != nil {
			t.Fatal(err)
		}
		if v, err := floor.Load(); err != nil || v != step.want {
			t.Errorf("raised to %v: %v, %v", step.raise, v, err)
		}
	}
	if err := os.WriteFile(string(floor), []byte("1.2"), 0o600); err != nil {
		t.Fatal(err)
	}
	if v, err := floor.Load(); err == nil {
		t.Errorf("a damaged floor counts as %v", v)
	}
	if err := floor.Raise(Version{1, 3, 0}); err != nil {
		t.Fatal(err)
	}
	if v, err := floor.Load(); err != nil || v != (Version{1, 3, 0}) {
		t.Errorf("%v, %v", v, err)
	}
}
