package pin

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func list(t *testing.T, pins ...string) (*List, *time.Time) {
	t.Helper()
	var hashes []string
	for _, p := range pins {
		cheap := hash{memory: 64, passes: 1, salt: make([]byte, saltSize)} // tests try many
		cheap.key = cheap.of(p)
		hashes = append(hashes, cheap.String())
	}
	l, err := NewList(hashes)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_000_000_000, 0)
	l.now = func() time.Time { return now }
	return l, &now
}

func TestEachLeadsPINIsGood(t *testing.T) {
	l, _ := list(t, "2468", "13579246")
	for _, p := range []string{"2468", "13579246"} {
		if err := l.Check(p); err != nil {
			t.Errorf("%s: %v", p, err)
		}
	}
	for _, p := range []string{"", "2469", "24680", "0", strings.Repeat("9", 5000)} {
		if l.Check(p) == nil {
			t.Errorf("%.20q is good", p)
		}
		_ = l.Check("2468") // or guessing is held up
	}
}

func TestGuessingIsHeldUp(t *testing.T) {
	l, now := list(t, "2468")
	for _, wait := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 10 * time.Minute, 10 * time.Minute} {
		for left := tries - 1; left >= 0; left-- {
			var wrong *Wrong
			if err := l.Check("0000"); !errors.As(err, &wrong) || wrong.Left != left || left == 0 && wrong.Wait != wait {
				t.Fatalf("%d tries left: %v, want wait %v", left, err, wait)
			}
		}
		var held *Held
		if err := l.Check("2468"); !errors.As(err, &held) {
			t.Fatalf("the right PIN during the wait: %v", err)
		}
		*now = now.Add(wait)
	}
	if err := l.Check("2468"); err != nil {
		t.Errorf("after the wait: %v", err)
	}
	var wrong *Wrong
	if err := l.Check("0000"); !errors.As(err, &wrong) || wrong.Left != tries-1 {
		t.Errorf("a good PIN did not forget the wrong ones: %v", err)
	}
}

func TestWhatIsNoPINAndNoHash(t *testing.T) {
	for _, p := range []string{"", "123", "12a4", "1234567890123", "１２３４", "12 34"} {
		if _, err := Hash(p); !errors.Is(err, ErrForm) {
			t.Errorf("%q: %v", p, err)
		}
	}
	good, err := Hash("2468")
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []string{"", "2468", good + "=", good[1:], strings.Replace(good, "m=19456", "m=99999999", 1), strings.Replace(good, "argon2id", "argon2i", 1), strings.Replace(good, "t=2", "t=02", 1)} {
		if _, err := NewList([]string{good, h}); err == nil || !strings.Contains(err.Error(), "[1]") {
			t.Errorf("%q: %v", h, err)
		}
	}
}

func TestWithoutAPINNobodyIsALead(t *testing.T) {
	l, _ := list(t)
	if err := l.Check(""); !errors.Is(err, ErrNone) {
		t.Error(err)
	}
}
