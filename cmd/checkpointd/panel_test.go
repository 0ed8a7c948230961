package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/console/control"
)

// put writes a file of the kernel's.
func put(t *testing.T, path, text string) {
	t.Helper()
	err := os.MkdirAll(filepath.Dir(path), 0o755)
	if err == nil {
		err = os.WriteFile(path, []byte(text+"\n"), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A setting waits for the panel, is not set twice, and what cannot be set is
// told with the reason; a board on HDMI has nothing to tell.
func TestTheScreenFollowsTheSettingWhereTheBoardHasAPanel(t *testing.T) {
	p := panel{sys: t.TempDir()}
	p.follow(50)
	if s := p.status(); s != nil {
		t.Errorf("a board without a panel: %+v", s)
	}
	dir := filepath.Join(p.sys, "class/backlight/rpi_backlight")
	brightness := filepath.Join(dir, "brightness")
	put(t, filepath.Join(dir, "max_brightness"), "200")
	put(t, brightness, "200")
	if s := p.status(); s == nil || s.Percent != 100 || s.Fault == "" {
		t.Errorf("before it was looked at: %+v", s)
	}
	p.follow(50)
	if s := p.status(); s == nil || *s != (control.Screen{Percent: 50, Set: 50}) {
		t.Errorf("a panel that appeared later: %+v", s)
	}
	put(t, brightness, "20")
	p.follow(50)
	if s := p.status(); s.Percent != 10 {
		t.Errorf("darkened by other means: %+v", s)
	}
	p.follow(75)
	if s := p.status(); s.Percent != 75 || s.Fault != "" {
		t.Errorf("another setting: %+v", s)
	}

	if err := errors.Join(os.Remove(brightness), os.Mkdir(brightness, 0o755)); err != nil { // nothing can be written into it
		t.Fatal(err)
	}
	p.follow(25)
	if s := p.status(); s.Set != 25 || !strings.Contains(s.Fault, "brightness") {
		t.Errorf("a panel that takes nothing: %+v", s)
	}
}
