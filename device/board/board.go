package board

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Sys is where the kernel shows its devices (sysfs(5)).
const Sys = "/sys"

// Celsius is the temperature of the hottest zone in degrees
// (Documentation/driver-api/thermal/sysfs-api.rst: thousandths). ok is false
// where there is no zone.
func Celsius(sys string) (hottest float64, ok bool) {
	files, _ := filepath.Glob(filepath.Join(sys, "class/thermal/thermal_zone*/temp")) // the pattern is right
	for _, file := range files {
		n, err := strconv.Atoi(first(file))
		if err != nil {
			continue // a zone can be switched off
		}
		if t := float64(n) / 1000; !ok || t > hottest {
			hottest, ok = t, true
		}
	}
	return hottest, ok
}

// Voltage is what a board says of its supply.
type Voltage struct {
	Source      string // the file that says so; empty: nobody does
	Low, Before bool   // now, and since the machine's start
}

// The bits of a Raspberry Pi's get_throttled, as `vcgencmd get_throttled` shows
// them.
const (
	lowNow    = 1 << 0
	lowBefore = 1 << 16
)

// Supply reads whether the supply is too weak, as a Raspberry Pi knows: from its
// hwmon driver (drivers/hwmon/raspberrypi-hwmon.c, in every kernel since 4.18),
// and from the firmware's own word where the kernel shows that.
func Supply(sys string) (v Voltage) {
	files, _ := filepath.Glob(filepath.Join(sys, "class/hwmon/hwmon*/name"))
	for _, file := range files {
		if first(file) != "rpi_volt" {
			continue
		}
		alarm := filepath.Join(filepath.Dir(file), "in0_lcrit_alarm")
		if text := first(alarm); text != "" {
			v.Source, v.Low = alarm, text == "1"
		}
	}
	throttled := filepath.Join(sys, "devices/platform/soc/soc:firmware/get_throttled")
	if bits, err := strconv.ParseUint(first(throttled), 16, 32); err == nil {
		v.Source, v.Low, v.Before = throttled, v.Low || bits&lowNow != 0, bits&lowBefore != 0
	}
	return v
}

// Wear is how much of its life the disk with a path on it has used, in percent,
// by tens as eMMC tells it (JEDEC JESD84-B51, DEVICE_LIFE_TIME_EST). ok is false
// for a disk that does not say, as SD cards do not.
func Wear(sys, path string) (percent int, ok bool) {
	var s unix.Stat_t
	if unix.Stat(path, &s) != nil {
		return 0, false
	}
	device := strconv.Itoa(int(unix.Major(s.Dev))) + ":" + strconv.Itoa(int(unix.Minor(s.Dev)))
	dir, err := filepath.EvalSymlinks(filepath.Join(sys, "dev/block", device))
	if err != nil {
		return 0, false
	}
	for _, part := range []string{dir, filepath.Dir(dir)} { // a partition's disk lies above it
		for _, word := range strings.Fields(first(filepath.Join(part, "device/life_time"))) {
			if n, err := strconv.ParseUint(strings.TrimPrefix(word, "0x"), 16, 8); err == nil && n > 0 {
				percent, ok = max(percent, 10*int(n)), true
			}
		}
	}
	return percent, ok
}

// Disk is the file system that holds a path.
type Disk struct {
	Size, Free uint64 // bytes; what is free for everybody
	ReadOnly   bool
}

// DiskOf asks the file system (statfs(2)).
func DiskOf(path string) (Disk, error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return Disk{}, err
	}
	return Disk{s.Blocks * uint64(s.Bsize), s.Bavail * uint64(s.Bsize), s.Flags&unix.ST_RDONLY != 0}, nil
}

// first is the first line of a small file; empty for none.
func first(file string) string {
	text, _ := os.ReadFile(file)
	line, _, _ := strings.Cut(string(text), "\n")
	return strings.TrimSpace(line)
}
