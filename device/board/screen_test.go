package board_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/device/board"
)

func TestTheScreensBacklightIsSet(t *testing.T) {
	dir := sys(t, map[string]string{
		"class/backlight/a/max_brightness": "0", "class/backlight/a/brightness": "0", // a driver that knows of no light
		"class/backlight/rpi_backlight/max_brightness": "255", "class/backlight/rpi_backlight/brightness": "255",
	})
	s, err := board.TheScreen(dir)
	if err != nil || s.Name() != "rpi_backlight" {
		t.Fatalf("%q, %v", s.Name(), err)
	}
	for percent, want := range map[int]string{100: "255", 50: "127", 25: "63"} {
		if err := s.Set(percent); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "class/backlight/rpi_backlight/brightness"))
		if err != nil || string(text) != want {
			t.Errorf("%d percent is %q, %v", percent, text, err)
		}
		if got, err := s.Percent(); err != nil || got < percent-1 || got > percent {
			t.Errorf("%d percent reads as %d, %v", percent, got, err)
		}
	}
	if _, err := board.TheScreen(t.TempDir()); !errors.Is(err, board.ErrNoScreen) {
		t.Errorf("a board without a panel: %v", err)
	}
}

// A panel that belongs to somebody else is named: a technician can change that.
func TestAPanelThatMayNotBeWrittenIsNamed(t *testing.T) {
	dir := sys(t, map[string]string{"class/backlight/10-0045/max_brightness": "31"})
	if err := os.Symlink("nowhere", filepath.Join(dir, "class/backlight/10-0045/brightness")); err != nil {
		t.Fatal(err)
	}
	_, err := board.TheScreen(dir)
	if err == nil || errors.Is(err, board.ErrNoScreen) || !strings.Contains(err.Error(), "10-0045") {
		t.Errorf("%v", err)
	}
}

// Two steps of light, one of them none: the screen is never dark.
func TestAScreenOfFewStepsStaysLit(t *testing.T) {
	dir := sys(t, map[string]string{"class/backlight/led/max_brightness": "1", "class/backlight/led/brightness": "1"})
	s, err := board.TheScreen(dir)
	if err == nil {
		err = s.Set(25)
	}
	if text, errRead := os.ReadFile(filepath.Join(dir, "class/backlight/led/brightness")); err != nil || errRead != nil || string(text) != "1" {
		t.Errorf("%q, %v, %v", text, err, errRead)
	}
}
