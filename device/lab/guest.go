package lab

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// guest is process 1 of the guest. It readies the machine, runs the tests, says
// how they ended and switches off.
func guest() {
	out, err := start()
	if out == nil {
		out = os.Stderr // the console, which the host shows when nothing else comes
	}
	code := 1
	if err == nil {
		fmt.Fprint(out, beginWord)
		code, err = runTests(out)
	}
	if err != nil {
		fmt.Fprintln(out, "lab guest:", err)
	}
	fmt.Fprintf(out, "%s%d\n", exitWord, code)
	_ = unix.Reboot(unix.LINUX_REBOOT_CMD_POWER_OFF) // what goes wrong here the host sees as silence
	for {
		time.Sleep(time.Hour)
	}
}

func start() (out *os.File, err error) {
	if err := mountAll([][3]string{{"devtmpfs", "/dev", ""}, {"proc", "/proc", ""}, {"sysfs", "/sys", ""}, {"tmpfs", "/tmp", ""}, {"tmpfs", "/run", ""}}); err != nil {
		return nil, err
	}
	if out, err = os.OpenFile("/dev/ttyS1", os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		return nil, err
	}
	if err := os.MkdirAll("/dev/pts", 0o755); err != nil {
		return out, err
	}
	return out, errors.Join(loadModules(), mountAll([][3]string{{"devpts", "/dev/pts", "ptmxmode=0666"}, {"configfs", "/sys/kernel/config", ""}}), network())
}

func mountAll(list [][3]string) error {
	for _, m := range list {
		if err := unix.Mount(m[0], m[1], m[0], 0, m[2]); err != nil && !errors.Is(err, unix.EBUSY) {
			return fmt.Errorf("mount %s: %w", m[1], err)
		}
	}
	return nil
}

// compressed tells finit_module(2) to unpack the module.
const compressed = 4

func loadModules() error {
	order, err := os.ReadFile("/" + moduleList)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(order)) {
		name, parameters, _ := strings.Cut(strings.TrimSpace(line), " ")
		f, err := os.Open(filepath.Join("/", moduleDir, name))
		if err != nil {
			return err
		}
		flags := 0
		if !strings.HasSuffix(name, ".ko") {
			flags = compressed
		}
		err = unix.FinitModule(int(f.Fd()), parameters, flags)
		f.Close()
		if err != nil && !errors.Is(err, unix.EEXIST) {
			return fmt.Errorf("load %s: %w", name, err)
		}
	}
	return nil
}

// network gives the guest the address that QEMU's user network expects; the
// host is its neighbour, so no route is needed.
func network() error {
	s, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	defer unix.Close(s)
	for _, i := range []struct{ name, address, mask string }{{"lo", "127.0.0.1", "255.0.0.0"}, {"eth0", "10.0.2.15", "255.255.255.0"}} {
		if err := configure(s, i.name, i.address, i.mask); err != nil {
			return fmt.Errorf("network %s: %w", i.name, err)
		}
	}
	return nil
}

func configure(s int, name, address, mask string) error {
	r, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	for _, set := range []struct {
		what  uint
		value string
	}{{unix.SIOCSIFADDR, address}, {unix.SIOCSIFNETMASK, mask}} {
		if err := r.SetInet4Addr(net.ParseIP(set.value).To4()); err != nil {
			return err
		}
		if err := unix.IoctlIfreq(s, set.what, r); err != nil {
			return err
		}
	}
	r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING)
	return unix.IoctlIfreq(s, unix.SIOCSIFFLAGS, r)
}

// runTests runs this binary once more, as the tests.
func runTests(out *os.File) (code int, err error) {
	flags, err := os.ReadFile("/" + flagFile)
	if err != nil {
		return 1, err
	}
	args := strings.FieldsFunc(string(flags), func(r rune) bool { return r == '\n' })
	cmd := exec.Command("/init", args...)
	soak, err := os.ReadFile("/" + soakFile)
	if err != nil {
		return 1, err
	}
	cmd.Env = []string{guestEnv + "=1", "HOME=/tmp", "PATH=/bin", "TMPDIR=/tmp", Soak + "=" + string(soak)}
	cmd.Dir, cmd.Stdout, cmd.Stderr = "/tmp", out, out
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if code = exit.ExitCode(); code < 0 {
			return 1, err
		}
		return code, nil
	}
	return 0, err
}
