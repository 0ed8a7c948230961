package hil

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"checkpoint/device/lab"
	"checkpoint/scanner/readertest"
)

// startUdev runs udev with the rules of systemd and ours until the test ends.
func startUdev(t *testing.T) {
	t.Helper()
	from := filepath.Join(lab.Folder, udevDir)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"/lib64", "/etc", "/run/udev/rules.d"} {
		must(os.MkdirAll(dir, 0o755))
	}
	const loader = "/lib64/ld-linux-x86-64.so.2"
	must(os.Symlink(filepath.Join(from, filepath.Base(loader)), loader))
	users, err := os.ReadFile(filepath.Join(from, "sysusers"))
	must(err)
	must(os.WriteFile("/etc/group", []byte(groupFile(string(users))), 0o644))
	for _, name := range append(udevRules, "70-checkpoint.rules") {
		must(copyFile(filepath.Join("/run/udev/rules.d", name), filepath.Join(from, name)))
	}
	var said bytes.Buffer
	udev := exec.Command(filepath.Join(from, "udevadm"))
	udev.Args = []string{"systemd-udevd", "--resolve-names=early"} // which of its programs it is
	udev.Env = []string{"LD_LIBRARY_PATH=" + from, "PATH=/bin"}
	udev.Stdout, udev.Stderr = &said, &said
	must(udev.Start())
	t.Cleanup(func() {
		_ = udev.Process.Kill() // it has nothing to put in order
		_ = udev.Wait()
		if t.Failed() {
			t.Logf("udev said:\n%s", &said)
		}
		_ = os.Remove(loader)
	})
	const listens = "/run/udev/control"
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		if _, err := os.Stat(listens); err == nil {
			return
		}
		if time.Now().After(end) {
			t.Fatal("udev does not start")
		}
	}
}

// hub is one USB device that is a scanner in each of the three modes, as some
// show several at once. Its functions are the kernel's own gadgets.
type hub struct{ dir, bus string }

func newHub(t *testing.T) *hub {
	t.Helper()
	h := &hub{"/sys/kernel/config/usb_gadget/hub", ""}
	buses, err := filepath.Glob("/sys/class/udc/*")
	if err != nil || len(buses) == 0 {
		t.Fatal("no virtual USB bus", err)
	}
	h.bus = filepath.Base(buses[0])
	config := filepath.Join(h.dir, "configs/c.1")
	functions := map[string]map[string][]byte{
		"acm.0": nil,
		"hid.0": {"protocol": []byte("1"), "subclass": []byte("1"), "report_length": []byte("8"), "report_desc": readertest.KeyboardDescriptor()},
		"hid.1": {"protocol": []byte("0"), "subclass": []byte("0"), "report_length": []byte("64"), "report_desc": readertest.ScannerDescriptor()},
	}
	err = errors.Join(os.MkdirAll(filepath.Join(h.dir, "strings/0x409"), 0o755), os.MkdirAll(config, 0o755))
	write := func(name string, value []byte) {
		err = errors.Join(err, os.WriteFile(filepath.Join(h.dir, name), value, 0))
	}
	write("idVendor", []byte("0x1d6b"))
	write("idProduct", []byte("0x0999"))
	write("strings/0x409/product", []byte("Hub"))
	for name, settings := range functions {
		err = errors.Join(err, os.MkdirAll(filepath.Join(h.dir, "functions", name), 0o755))
		for key, value := range settings {
			write(filepath.Join("functions", name, key), value)
		}
		err = errors.Join(err, os.Symlink(filepath.Join(h.dir, "functions", name), filepath.Join(config, name)))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = h.plug(false) // it may be out already
		for name := range functions {
			err = errors.Join(err, os.Remove(filepath.Join(config, name)), os.Remove(filepath.Join(h.dir, "functions", name)))
		}
		for _, name := range []string{"configs/c.1", "strings/0x409", ""} {
			err = errors.Join(err, os.Remove(filepath.Join(h.dir, name)))
		}
		if err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *hub) plug(in bool) error {
	bus := "\n"
	if in {
		bus = h.bus
	}
	return os.WriteFile(filepath.Join(h.dir, "UDC"), []byte(bus), 0)
}

// Every kind of scanner gets a name that follows its socket, and a node that
// the daemon's groups can open, by the rules that are shipped; another number
// of the kernel's changes neither.
func TestNamesFollowTheSocket(t *testing.T) {
	startUdev(t)
	h := newHub(t)
	if err := h.plug(true); err != nil {
		t.Fatal(err)
	}
	first := named(t)
	// Whoever holds the serial port keeps its number, and HID devices of others
	// may take theirs.
	held, err := os.OpenFile(first["scanner"].node, os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if err := h.plug(false); err != nil {
		t.Fatal(err)
	}
	for _, n := range first {
		for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
			if _, err := os.Lstat(n.link); err != nil {
				break
			}
			if time.Now().After(end) {
				t.Fatalf("%s outlives its device", n.link)
			}
		}
	}
	decoy := newHID(t, "decoy", readertest.KeyboardDescriptor())
	defer decoy.Close()
	if err := h.plug(true); err != nil {
		t.Fatal(err)
	}
	for kind, again := range named(t) {
		if again.link != first[kind].link {
			t.Errorf("%s was %s, and is %s in the same socket", kind, first[kind].link, again.link)
		}
		if again.node == first[kind].node {
			t.Errorf("%s came back as %s: the test tests nothing", kind, again.node)
		}
	}
	said, err := exec.Command("/bin/checkpointctl", "detect").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	for kind, n := range first {
		if !strings.Contains(string(said), fmt.Sprintf("path = %q", n.link)) {
			t.Errorf("detect does not name the %s by %s:\n%s", kind, n.link, said)
		}
	}
}

// name is a link of udev's and where it leads.
type name struct{ link, node string }

// named waits until each kind has its one name, with the rights of its rule.
func named(t *testing.T) map[string]name {
	t.Helper()
	rights := map[string]string{"scanner": "dialout 0660", "keyboard": "input 0660", "hid-pos": "input 0640"}
	var problem string
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		names := map[string]name{}
		problem = ""
		for kind, want := range rights {
			n, got := nameOf(kind)
			if names[kind] = n; got != want {
				problem += fmt.Sprintf("%s: %q, want %q\n", kind, got, want)
			}
		}
		if problem == "" {
			return names
		}
	}
	t.Fatal(problem)
	return nil
}

// nameOf is the one link of a kind, and group and mode of its node.
func nameOf(kind string) (n name, rights string) {
	links, _ := filepath.Glob("/dev/checkpoint/" + kind + "-*") // the pattern is well formed
	if len(links) != 1 {
		return n, fmt.Sprint(len(links), " links ", links)
	}
	n.link = links[0]
	var err error
	if n.node, err = filepath.EvalSymlinks(n.link); err != nil {
		return n, err.Error()
	}
	info, err := os.Stat(n.node)
	if err != nil {
		return n, err.Error()
	}
	groups, _ := os.ReadFile("/etc/group") // none: no group has a name
	return n, groupName(string(groups), info.Sys().(*syscall.Stat_t).Gid) + fmt.Sprintf(" %04o", info.Mode().Perm())
}

func groupName(groups string, id uint32) string {
	for line := range strings.Lines(groups) {
		if fields := strings.Split(line, ":"); len(fields) > 2 && fields[2] == fmt.Sprint(id) {
			return fields[0]
		}
	}
	return fmt.Sprint(id)
}
