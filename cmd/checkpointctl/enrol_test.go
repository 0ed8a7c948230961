package main

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"checkpoint/device/serial/pty"
	"checkpoint/store/keys"
	"checkpoint/sync/enrol"
	"checkpoint/sync/enrol/office"
)

// desk is a province's office that works with sticks.
type desk struct {
	*office.Office
	t    *testing.T
	dir  string
	keys string
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{t: t, dir: t.TempDir()}
	d.keys = filepath.Join(d.dir, "keys")
	_, err := keys.Init(d.keys, "mau", 1, 1)
	d.must(err)
	_, err = office.NewAuthority(d.keys, "mau", time.Now())
	d.must(err)
	d.Office, err = office.Open(d.keys, filepath.Join(d.dir, "office"))
	d.must(err)
	return d
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// claim puts a claim on a new stick.
func (d *desk) claim(id string) (stick string) {
	d.t.Helper()
	stick = d.t.TempDir()
	c, err := d.Invite(office.Box{ID: id, Site: "Bến xe", SiteType: "station", Lanes: []office.Lane{{Name: "1", Direction: "in"}}}, time.Now(), time.Hour)
	d.must(err)
	text, err := c.Text()
	d.must(err)
	d.must(os.WriteFile(filepath.Join(stick, enrol.ClaimFile), []byte(text), 0o644))
	return stick
}

// approve answers the request on a stick.
func (d *desk) approve(id, stick string) {
	d.t.Helper()
	message, err := os.ReadFile(filepath.Join(stick, enrol.RequestFile))
	d.must(err)
	if _, err := d.Ask(message, "stick", time.Now()); !errors.Is(err, enrol.ErrWaiting) {
		d.t.Fatal(err)
	}
	r, err := enrol.DecodeRequest(message)
	d.must(err)
	code, err := r.Code()
	d.must(err)
	grant, err := d.Accept(id, code, time.Now(), time.Hour)
	d.must(err)
	d.must(os.WriteFile(filepath.Join(stick, enrol.ReplyFile), grant, 0o644))
}

// ctl is the real command as a process of its own.
func ctl(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Args[0] = "checkpointctl"
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// killAt runs the command and kills it as soon as a file is there. It may get a
// little further: any moment has to do.
func killAt(t *testing.T, file string, args ...string) {
	t.Helper()
	cmd := ctl(t, args...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = cmd.Wait() }() // killed or done
	for {
		if _, err := os.Lstat(file); err == nil {
			_ = cmd.Process.Kill() // it may be done already
			<-ended
			return
		}
		select {
		case <-ended:
			return
		default:
		}
	}
}

func must(t *testing.T, args ...string) {
	t.Helper()
	if out, err := ctl(t, args...).CombinedOutput(); err != nil {
		t.Fatalf("checkpointctl %v: %v\n%s", args, err, out)
	}
}

// Killed at any step, the enrolment goes on with the same keys and comes to its
// end.
func TestKillNineInTheMiddleOfEnrolment(t *testing.T) {
	d := newDesk(t)
	for i, step := range []string{
		"enrol/lock", "enrol/claim.new", "enrol/claim", "box.key.new", "box.key", "sealing.key", "enrol/tls.key", "enrol/request.new", "enrol/request",
		"enrol/grant.new", "enrol/grant", "province.json", "tls/ca.pem", "pepper.new", "pepper", "clock-floor", "tls/box.pem.new", "tls/box.pem", "enrol/number",
	} {
		t.Run(strings.ReplaceAll(step, "/", " "), func(t *testing.T) {
			id := "ben-xe-" + string(rune('a'+i))
			stick, state := d.claim(id), t.TempDir()
			config := filepath.Join(t.TempDir(), "checkpoint.toml")
			common := []string{"enrol", "--data", state, "--config", config}
			ask, take := append(common, "--claim", stick, "--request", stick), append(common, "--reply", stick)
			killAt(t, filepath.Join(state, step), ask...)
			before := keysIn(t, state)
			must(t, ask...)
			d.approve(id, stick)
			killAt(t, filepath.Join(state, step), take...)
			must(t, take...)
			must(t, take...)
			for name, text := range before {
				if now := keysIn(t, state)[name]; !bytes.Equal(now, text) {
					t.Errorf("%s is another key than before the cut", name)
				}
			}
			d.whole(t, id, state, config)
		})
	}
}

// keysIn are the keys that a machine has made so far.
func keysIn(t *testing.T, state string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	for _, name := range []string{"box.key", "sealing.key", "enrol/tls.key", "enrol/request"} {
		b, err := os.ReadFile(filepath.Join(state, name))
		if err == nil {
			found[name] = b
		} else if !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	return found
}

// whole tells whether a box has all that an enrolled one needs.
func (d *desk) whole(t *testing.T, id, state, config string) {
	t.Helper()
	identity := filepath.Join(state, "tls", "box.pem")
	pair, err := tls.LoadX509KeyPair(identity, identity)
	if err != nil || pair.Leaf.Subject.CommonName != id {
		t.Errorf("certificate: %v", err)
	}
	want, err := os.ReadFile(filepath.Join(d.keys, keys.PepperFile))
	d.must(err)
	if got, err := os.ReadFile(filepath.Join(state, keys.PepperFile)); err != nil || !bytes.Equal(got, want) {
		t.Errorf("pepper: %v", err)
	}
	for _, path := range []string{config, filepath.Join(state, keys.ProvinceFile), filepath.Join(state, "tls", "ca.pem"), filepath.Join(state, "clock-floor")} {
		if b, err := os.ReadFile(path); err != nil || len(b) == 0 {
			t.Errorf("%s: %d bytes, %v", path, len(b), err)
		}
	}
	if b, err := d.Box(id); err != nil || len(b.Certificates) != 1 {
		t.Errorf("the office issued %d certificates, %v", len(b.Certificates), err)
	}
}

// The claim is read by the box's own scanner; other codes are passed over.
func TestClaimFromTheScanner(t *testing.T) {
	d := newDesk(t)
	stick := d.claim("ben-xe")
	text, err := os.ReadFile(filepath.Join(stick, enrol.ClaimFile))
	d.must(err)
	port, err := pty.Open()
	d.must(err)
	t.Cleanup(func() { port.Close() })
	state := t.TempDir()
	cmd := ctl(t, "enrol", "--data", state, "--scan", port.Path, "--request", stick)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	d.must(cmd.Start())
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	show := time.NewTicker(200 * time.Millisecond) // until the port is open: what comes before is lost
	defer show.Stop()
	late := time.After(time.Minute)
	for {
		select {
		case err := <-ended:
			if err != nil {
				t.Fatalf("%v\n%s", err, &said)
			}
			if !strings.Contains(said.String(), "that code is no claim") {
				t.Errorf("a card was not passed over:\n%s", &said)
			}
			if _, err := os.Stat(filepath.Join(stick, enrol.RequestFile)); err != nil {
				t.Error(err)
			}
			return
		case <-show.C:
			_, err := port.Master.WriteString("001090000011||Nguyễn Văn An|15081990|Nam|x|10052021\r")
			d.must(err)
			_, err = port.Master.Write(append(bytes.TrimSpace(text), '\r'))
			d.must(err)
		case <-late:
			_ = cmd.Process.Kill()
			t.Fatalf("no claim was read:\n%s", &said)
		}
	}
}
