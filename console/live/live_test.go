package live_test

import (
	"errors"
	"testing"

	"checkpoint/console/live"
)

// memory is a file that can fail.
type memory struct {
	text []byte
	err  error
}

func (m *memory) Load() ([]byte, error) { return m.text, m.err }
func (m *memory) Save(text []byte) error {
	if m.err == nil {
		m.text = text
	}
	return m.err
}

func TestSettingsAreThereAfterARestart(t *testing.T) {
	m := &memory{}
	k, err := live.Open(m)
	if err != nil || k.Now() != (live.Settings{}) {
		t.Fatalf("a new box has %+v, %v", k.Now(), err)
	}
	want := live.Settings{Quiet: true, English: true, Brightness: 50}
	if err := k.Set(want); err != nil {
		t.Fatal(err)
	}
	again, err := live.Open(m)
	if err != nil || again.Now() != want {
		t.Errorf("after a restart %+v, %v", again.Now(), err)
	}
	if got := again.Now().Text(); got != "sound: off\nlanguage: en\nbrightness: 50" {
		t.Errorf("recorded as %q", got)
	}
}

// A file that somebody damaged neither keeps the box from starting nor makes its
// screen dark.
func TestDamagedSettingsAreNobodys(t *testing.T) {
	for _, text := range []string{"{torn", `{"brightness":1}`, `{"brightness":-50}`, `{"quiet":"yes"}`} {
		k, err := live.Open(&memory{text: []byte(text)})
		if err == nil || k.Now() != (live.Settings{}) {
			t.Errorf("%s: %+v, %v", text, k.Now(), err)
		}
		if err := k.Set(live.Settings{Quiet: true}); err != nil {
			t.Errorf("%s: the next change: %v", text, err)
		}
	}
}

func TestAScreenStaysReadable(t *testing.T) {
	k, err := live.Open(&memory{})
	if err != nil {
		t.Fatal(err)
	}
	for _, percent := range []int{-1, 1, 24, 101} {
		if err := k.Set(live.Settings{Brightness: percent}); !errors.Is(err, live.ErrBrightness) || k.Now().Brightness != 0 {
			t.Errorf("%d percent: %v", percent, err)
		}
	}
}

// A full disk: what was recorded as changed is changed, until the next start.
func TestSettingsHoldThatCannotBeKept(t *testing.T) {
	k, err := live.Open(&memory{})
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("no space left")
	broken, _ := live.Open(&memory{err: full})
	if err := broken.Set(live.Settings{Quiet: true}); !errors.Is(err, full) || !errors.Is(err, live.ErrNotKept) || !broken.Now().Quiet {
		t.Errorf("%v, %+v", err, broken.Now())
	}
	if k.Now().Quiet {
		t.Error("another box is quiet, too")
	}
}
