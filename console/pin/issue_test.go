package pin

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// file keeps PINs as a box does, without the syncs.
type file string

func (f file) Load() ([]byte, error) {
	b, err := os.ReadFile(string(f))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return b, err
}
func (f file) Save(b []byte) error { return os.WriteFile(string(f), b, 0o600) }

var day = time.Date(2021, 9, 1, 7, 0, 0, 0, time.UTC)

func kept(t *testing.T, in Store) *List {
	t.Helper()
	l, err := NewList(nil)
	if err == nil {
		err = l.Keep(in)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAnIssuedPINIsGoodForItsRoleUntilItIsRevoked(t *testing.T) {
	in := file(filepath.Join(t.TempDir(), "pins.json"))
	l := kept(t, in)
	code, p, err := l.Issue(Technician, "Kỹ thuật 1", day)
	if err != nil || !regexp.MustCompile(`^\d{6}$`).MatchString(code) {
		t.Fatalf("%q, %v", code, err)
	}
	guard, _, err := l.Issue(Guard, "Ca A", day)
	if err != nil || guard == code {
		t.Fatalf("%q, %v", guard, err)
	}
	l = kept(t, in) // the daemon starts again
	if who, err := l.Allow("tablet", code, SignIn); who != Technician || err != nil {
		t.Errorf("the technician's PIN: %q, %v", who, err)
	}
	if who, err := l.Allow("tablet", guard, Answer); who != Guard || err != nil {
		t.Errorf("the guard's PIN: %q, %v", who, err)
	}
	wrong := new(Wrong)
	if _, err := l.Allow("tablet", code, Answer); !errors.As(err, &wrong) {
		t.Errorf("a technician as a guard: %v", err)
	}
	if err := l.Check(guard); !errors.Is(err, ErrNone) {
		t.Errorf("a guard as a shift lead where there is none: %v", err)
	}
	text, err := in.Load()
	if err != nil || strings.Contains(string(text), code) || strings.Contains(string(text), guard) {
		t.Errorf("the file holds a PIN: %s, %v", text, err)
	}
	if all := l.Issued(); len(all) != 2 || all[0] != p {
		t.Errorf("listed: %+v", all)
	}
	if err := l.Revoke(p.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := kept(t, in).Allow("tablet", code, SignIn); !errors.As(err, &wrong) {
		t.Errorf("a revoked PIN after the next start: %v", err)
	}
	if err := l.Revoke(p.ID); err == nil {
		t.Error("it was revoked twice")
	}
}

func TestAStolenTabletHoldsUpNobodyElse(t *testing.T) {
	l, _ := list(t, "246810")
	for range tries {
		_, _ = l.Allow("tablet", "000000", Override)
	}
	held := new(Held)
	if _, err := l.Allow("tablet", "246810", Override); !errors.As(err, &held) {
		t.Errorf("the tablet goes on guessing: %v", err)
	}
	if err := l.Check("246810"); err != nil {
		t.Errorf("the shift lead at the box: %v", err)
	}
}

func TestWhatIsNotIssued(t *testing.T) {
	l := kept(t, file(filepath.Join(t.TempDir(), "pins.json")))
	for _, tc := range []struct {
		role   Role
		holder string
	}{{"officer", "Ca A"}, {Guard, ""}, {Guard, strings.Repeat("x", longHolder+1)}, {Guard, "\xff"}} {
		if _, _, err := l.Issue(tc.role, tc.holder, day); err == nil {
			t.Errorf("%q for %q was issued", tc.role, tc.holder)
		}
	}
	l.issued = make([]issued, mostIssued)
	if _, _, err := l.Issue(Guard, "Ca A", day); !errors.Is(err, errFull) {
		t.Errorf("one too many: %v", err)
	}
}

func TestADamagedFileIsNotWrittenOver(t *testing.T) {
	in := file(filepath.Join(t.TempDir(), "pins.json"))
	for _, damage := range []string{"{", `{"pins":[{"id":"A","role":"guard","hash":"x"}]}`, `{"pins":[{"id":"A","role":"officer","hash":""}]}`} {
		if err := in.Save([]byte(damage)); err != nil {
			t.Fatal(err)
		}
		l, err := NewList(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Keep(in); err == nil {
			t.Errorf("%s was read", damage)
		}
		if _, _, err := l.Issue(Guard, "Ca A", day); err == nil {
			t.Errorf("%s was written over", damage)
		}
	}
}
