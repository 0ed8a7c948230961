package main

import (
	"bytes"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
)

// badConfig has the faults below, each with its own path.
const badConfig = `box = "Thủ 1"
province = "mau"
site = "Cổng thử"
state_dir = "state"
[[lane]]
name = "1"
direction = "up"
gate = { driver = "simulated", relay_pulse_ms = 5 }
[[lane.reader]]
name = "scanner"
kind = "serial"
`

func badConfigFaults() []string {
	return []string{"box: ", "site_type: ", "state_dir: ", "lane[0].direction: ", "lane[0].gate.relay_pulse_ms: ", "lane[0].reader[0].path: "}
}

func wantAll(t *testing.T, what, text string, parts []string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s does not say %q:\n%s", what, part, text)
		}
	}
}

// A box with a bad configuration stays up and tells whoever asks.
func TestBadConfigurationIsToldAndSurvived(t *testing.T) {
	r := newRig(t, settings{})
	config := r.path("bad.toml")
	r.must(os.WriteFile(config, []byte(badConfig), 0o644))
	d := r.startWith(config, "RUNTIME_DIRECTORY="+r.settings.Run)
	s, err := d.status()
	if err != nil {
		t.Fatal(err)
	}
	wantAll(t, "the status", s.Fault, badConfigFaults())
	wantAll(t, "the log", d.log.String(), badConfigFaults())
	if code := d.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, d.log.String())
	}
}

func TestSecondDaemonIsRefused(t *testing.T) {
	r := newReadyRig(t, settings{})
	d := r.start()
	second := daemonCommand(t, nil, "--config", r.configure())
	var said bytes.Buffer
	second.Stderr = &said
	_ = second.Run() // the exit code says more
	if code := second.ProcessState.ExitCode(); code != 1 {
		t.Errorf("exit code of the second %d, want 1", code)
	}
	wantAll(t, "the second", said.String(), []string{"another daemon", "hint: "})
	d.listen()
	d.admits(r, r.province.green[0]) // the first is none the worse for it
}

// SIGTERM in the middle of an open decision, with the relay still energised for
// the person before: the decision is recorded as undecided, the gate is dark.
func TestCleanStop(t *testing.T) {
	r := newReadyRig(t, settings{})
	d := r.start()
	d.listen()
	d.wants(r, r.province.cards["amber"], checkpoint.Refer, "A02")
	d.answer(checkpoint.AnswerPassed)
	d.awaitOpening(1)
	d.wants(r, r.province.cards["red"], checkpoint.Refuse, "R01")
	if code := d.stop(); code != 0 {
		t.Errorf("exit code %d\n%s", code, d.log.String())
	}
	last := map[string]bool{}
	edges, _ := d.edges.all()
	for _, e := range edges {
		last[e.pin] = e.on
	}
	for pin, on := range last {
		if on {
			t.Errorf("%s is still on", pin)
		}
	}
	if _, moved := last["red"]; !moved {
		t.Error("the red lamp was never lit")
	}
	list := r.province.read(t, r.settings.State)
	if len(list) != 4 {
		t.Fatalf("%d records, want 4", len(list))
	}
	if l := list[3]; l.Kind != checkpoint.RecordOutcome || l.Outcome != checkpoint.Undecided || l.Refers != list[2].Position {
		t.Errorf("the last record is outcome %s about record %d, want undecided about record 3", l.Outcome, l.Refers.Seq)
	}
	if _, err := d.status(); err == nil {
		t.Error("the control socket still answers")
	}
}

// systemd hears that the box is ready, that it lives, and that it stops.
func TestSystemdIsTold(t *testing.T) {
	good := newReadyRig(t, settings{})
	bad := newRig(t, settings{})
	bad.must(os.WriteFile(bad.path("bad.toml"), []byte(badConfig), 0o644))
	for _, c := range []struct {
		name   string
		rig    *rig
		config string
	}{
		{"at work", good, good.configure()},
		{"out of service", bad, bad.path("bad.toml")},
	} {
		t.Run(c.name, func(t *testing.T) {
			socket := c.rig.path("notify")
			manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
			if err != nil {
				t.Fatal(err)
			}
			defer manager.Close()
			d := c.rig.startWith(c.config, "RUNTIME_DIRECTORY="+c.rig.settings.Run, "NOTIFY_SOCKET="+socket, "WATCHDOG_USEC=150000")
			if first := hear(t, manager); !slices.Contains(strings.Split(first, "\n"), "READY=1") {
				t.Errorf("first word %q, want READY=1", first)
			}
			for range 3 {
				if word := hear(t, manager); word != "WATCHDOG=1" {
					t.Errorf("heard %q, want WATCHDOG=1", word)
				}
			}
			if code := d.stop(); code != 0 {
				t.Errorf("exit code %d\n%s", code, d.log.String())
			}
			word := hear(t, manager)
			for word == "WATCHDOG=1" {
				word = hear(t, manager)
			}
			if word != "STOPPING=1" {
				t.Errorf("last word %q, want STOPPING=1", word)
			}
		})
	}
}

func hear(t *testing.T, manager *net.UnixConn) string {
	t.Helper()
	buf := make([]byte, 4096)
	_ = manager.SetReadDeadline(time.Now().Add(patience))
	n, err := manager.Read(buf)
	if err != nil {
		t.Fatalf("systemd hears nothing: %v", err)
	}
	return string(buf[:n])
}

// Where nobody can answer, amber and red close by themselves, and the control
// socket takes no answers either.
func TestUnattendedLaneClosesByItself(t *testing.T) {
	t.Parallel() // takes 8 s of waiting
	r := newReadyRig(t, settings{Unattended: true})
	d := r.start()
	d.listen()
	d.wants(r, r.province.cards["red"], checkpoint.Refuse, "R01")
	if err := d.client.Decide(t.Context(), control.Decide{Answer: checkpoint.AnswerPassed.String()}); err == nil {
		t.Error("an answer was taken over the control socket")
	}
	d.awaitStatus("the red to close", func(s control.Status) bool { return s.Lanes[0].State == checkpoint.StateIdle.String() })
	d.kill()
	if list := r.province.read(t, r.settings.State); len(list) != 2 || list[1].Outcome != checkpoint.Undecided {
		t.Errorf("%d records, want a decision and its outcome undecided", len(list))
	}
}
