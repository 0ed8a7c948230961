package board

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// Screen is a panel whose backlight can be set, as the kernel shows it
// (Documentation/ABI/stable/sysfs-class-backlight).
type Screen struct {
	file string // its brightness
	most int    // in the panel's own steps
}

// ErrNoScreen tells that the board has no panel with a backlight, as where a
// monitor is on HDMI.
var ErrNoScreen = errors.New("no screen whose brightness can be set")

// TheScreen is the first panel whose brightness this process may write. The
// error is [ErrNoScreen], or names a panel and why it may not be written.
func TheScreen(sys string) (Screen, error) {
	files, _ := filepath.Glob(filepath.Join(sys, "class/backlight/*/brightness")) // the pattern is right
	none := ErrNoScreen
	for _, file := range files {
		s := Screen{file: file}
		s.most, _ = strconv.Atoi(first(filepath.Join(filepath.Dir(file), "max_brightness")))
		if s.most <= 0 {
			continue // a driver that knows of no light
		}
		err := unix.Access(file, unix.W_OK)
		if err == nil {
			return s, nil
		}
		none = fmt.Errorf("set the brightness of %s: %w", s.Name(), err)
	}
	return Screen{}, none
}

// Name is the panel's, as the kernel calls it.
func (s Screen) Name() string { return filepath.Base(filepath.Dir(s.file)) }

// Percent is how bright it is now, of the most that it can.
func (s Screen) Percent() (int, error) {
	now, err := strconv.Atoi(first(s.file))
	if err != nil {
		return 0, fmt.Errorf("read the screen's brightness: %w", err)
	}
	return 100 * now / s.most, nil
}

// Set makes it that bright; anything above 0 leaves it lit.
func (s Screen) Set(percent int) error {
	steps := s.most * percent / 100
	if percent > 0 {
		steps = max(steps, 1)
	}
	if err := os.WriteFile(s.file, []byte(strconv.Itoa(steps)), 0o644); err != nil {
		return fmt.Errorf("set the screen's brightness: %w", err)
	}
	return nil
}
