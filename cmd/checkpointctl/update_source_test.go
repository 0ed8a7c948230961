//go:build linux

package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"checkpoint/cmd/internal/cli"
	"checkpoint/image/install"
)

// A technician names the file, its folder, or the stick; what is not to be
// guessed is asked.
func TestABundleIsFoundWhereSomebodyPutIt(t *testing.T) {
	for name, c := range map[string]struct {
		files []string
		want  string
		err   error
	}{
		"at the top":          {[]string{"checkpoint-1.4.0.raucb", "readme.txt"}, "checkpoint-1.4.0.raucb", nil},
		"in capitals":         {[]string{"CHECKP~1.RAUCB"}, "CHECKP~1.RAUCB", nil},
		"in a folder":         {[]string{"cap nhat/checkpoint-1.4.0.raucb"}, "cap nhat/checkpoint-1.4.0.raucb", nil},
		"what a Mac leaves":   {[]string{"a.raucb", "._a.raucb"}, "a.raucb", nil},
		"two":                 {[]string{"a.raucb", "b/c.raucb"}, "", errManyBundles},
		"none":                {[]string{"a.zip", "b/c/d.raucb"}, "", errNoBundle},
		"an empty stick":      {nil, "", errNoBundle},
		"letters of patterns": {[]string{"[1]/a.raucb"}, "[1]/a.raucb", nil},
	} {
		dir := filepath.Join(t.TempDir(), "usb [x]")
		if err := os.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, file := range c.files {
			path := filepath.Join(dir, file)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
				t.Fatal(err)
			}
		}
		path, _, err := bundleAt(dir)
		if want := filepath.Join(dir, c.want); !errors.Is(err, c.err) || err == nil && path != want {
			t.Errorf("%s: %s, %v", name, path, err)
		}
		if again, _, err := bundleAt(path); path != "" && (err != nil || again != path) {
			t.Errorf("%s, by its name: %s, %v", name, again, err)
		}
		// The first stick that has one is taken.
		empty := t.TempDir()
		if again, _, err := bundleOnStick([]string{empty, dir}); !errors.Is(err, c.err) || again != path {
			t.Errorf("%s, on the second stick: %s, %v", name, again, err)
		}
	}
	if _, _, err := bundleOnStick(nil); !errors.Is(err, errNoStick) {
		t.Errorf("no stick: %v", err)
	}
}

// A stick is what hangs on USB; the card is none.
func TestSticksAreOnUSB(t *testing.T) {
	sys := t.TempDir()
	if err := os.MkdirAll(filepath.Join(sys, "class/block"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]string{
		"sda": "devices/platform/scb/usb1/1-1/host0/block/sda", "sda1": "devices/platform/scb/usb1/1-1/host0/block/sda/sda1",
		"mmcblk0": "devices/platform/mmc0/block/mmcblk0", "mmcblk0p1": "devices/platform/mmc0/block/mmcblk0/mmcblk0p1",
	} {
		if err := errors.Join(os.MkdirAll(filepath.Join(sys, at), 0o700), os.Symlink("../../"+at, filepath.Join(sys, "class/block", name))); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := sticks(sys); err != nil || !slices.Equal(got, []string{"/dev/sda", "/dev/sda1"}) {
		t.Errorf("%v, %v", got, err)
	}
}

// Every way of failing has a next step in both languages.
func TestEachFailureOfAnUpdateHasANextStep(t *testing.T) {
	for _, args := range [][]string{{t.TempDir()}, {"/nowhere.raucb"}} {
		code, _, errs := run(append([]string{"system", "update", "--running", "A"}, args...))
		if code != 1 || !strings.Contains(errs, "hint: hệ thống đang chạy giữ nguyên / the system that runs stays; ") {
			t.Errorf("%v: %d %s", args, code, errs)
		}
	}
	for _, of := range []error{errNoStick, errManyBundles, errNoBundle, errStickRead, errTrial, install.ErrGivenUp, install.ErrNoRoom} {
		var hinted *cli.Error
		if err := updateHint(of); !errors.As(err, &hinted) || !strings.Contains(hinted.Hint, " / ") {
			t.Errorf("%v has no next step", err)
		}
	}
	for _, args := range [][]string{{}, {"--from-stick", "x.raucb"}, {"--from-stick", "--fetched"}, {"a", "b"}} {
		if code, _, errs := run(append([]string{"system", "update"}, args...)); code != 2 {
			t.Errorf("%v: %d %s", args, code, errs)
		}
	}
}
