package board_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"

	"checkpoint/device/board"
)

// sys is a sysfs with these files.
func sys(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestTheHottestZoneCounts(t *testing.T) {
	dir := sys(t, map[string]string{
		"class/thermal/thermal_zone0/temp": "48312", "class/thermal/thermal_zone1/temp": "81000", "class/thermal/thermal_zone2/temp": "",
	})
	if got, ok := board.Celsius(dir); got != 81 || !ok {
		t.Errorf("%v, %v", got, ok)
	}
	if _, ok := board.Celsius(t.TempDir()); ok {
		t.Error("a board without a zone has a temperature")
	}
	if got, ok := board.Celsius(sys(t, map[string]string{"class/thermal/thermal_zone0/temp": "-5000"})); got != -5 || !ok {
		t.Errorf("frost: %v, %v", got, ok)
	}
}

func TestAWeakSupplyIsSeenWhoeverTells(t *testing.T) {
	hwmon := func(alarm string) map[string]string {
		return map[string]string{"class/hwmon/hwmon0/name": "cpu_thermal", "class/hwmon/hwmon1/name": "rpi_volt", "class/hwmon/hwmon1/in0_lcrit_alarm": alarm}
	}
	firmware := func(bits string) map[string]string {
		return map[string]string{"devices/platform/soc/soc:firmware/get_throttled": bits}
	}
	for name, c := range map[string]struct {
		files               map[string]string
		known, low, earlier bool
	}{
		"no Raspberry Pi":      {nil, false, false, false},
		"well":                 {hwmon("0"), true, false, false},
		"weak":                 {hwmon("1"), true, true, false},
		"weak, by firmware":    {firmware("50005"), true, true, true},
		"was weak":             {firmware("50000"), true, false, true},
		"slowed down by heat":  {firmware("80008"), true, false, false},
		"another monitor's":    {map[string]string{"class/hwmon/hwmon0/name": "acpi", "class/hwmon/hwmon0/in0_lcrit_alarm": "1"}, false, false, false},
		"a driver that is mum": {map[string]string{"class/hwmon/hwmon1/name": "rpi_volt"}, false, false, false},
	} {
		v := board.Supply(sys(t, c.files))
		if (v.Source != "") != c.known || v.Low != c.low || v.Before != c.earlier {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

func TestWearIsTheDisksOwnWord(t *testing.T) {
	file := t.TempDir()
	var s unix.Stat_t
	if err := unix.Stat(file, &s); err != nil {
		t.Fatal(err)
	}
	number := fmt.Sprintf("%d:%d", unix.Major(s.Dev), unix.Minor(s.Dev))
	for text, want := range map[string]int{"0x01 0x0a": 100, "0x02 0x01": 20, "0x00 0x00": 0, "": 0} {
		dir := sys(t, map[string]string{"block/mmcblk0/device/life_time": text, "block/mmcblk0/mmcblk0p2/partition": "2", "dev/block/none": ""})
		if err := os.Symlink(filepath.Join(dir, "block/mmcblk0/mmcblk0p2"), filepath.Join(dir, "dev/block", number)); err != nil {
			t.Fatal(err)
		}
		if got, ok := board.Wear(dir, file); got != want || ok != (want > 0) {
			t.Errorf("%q: %d, %v", text, got, ok)
		}
	}
	if _, ok := board.Wear(t.TempDir(), file); ok {
		t.Error("a disk that does not say has a wear")
	}
}

func TestTheFileSystemIsAsked(t *testing.T) {
	d, err := board.DiskOf(t.TempDir())
	if err != nil || d.Size == 0 || d.Free > d.Size || d.ReadOnly {
		t.Errorf("%+v, %v", d, err)
	}
	if d, err := board.DiskOf("/proc/self"); err != nil || d.Free != 0 {
		t.Errorf("/proc: %+v, %v", d, err)
	}
	if _, err := board.DiskOf("/no/such"); err == nil {
		t.Error("a path that is not there has a disk")
	}
}

// The kernel is asked from a network of its own that has nothing but a loop,
// which is up, as with the cable out.
func TestALoopIsNoNetwork(t *testing.T) {
	if n, err := board.Networks(); n < 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	done := make(chan error, 1)
	var n int
	go func() {
		runtime.LockOSThread() // and never unlocked: the thread ends with its network
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			done <- err
			return
		}
		err := exec.Command("ip", "link", "set", "lo", "up").Run()
		if err == nil {
			n, err = board.Networks()
		}
		done <- err
	}()
	if err := <-done; err != nil || n != 0 {
		t.Errorf("%d networks, %v: this test needs root and iproute2", n, err)
	}
}
