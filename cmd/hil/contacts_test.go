package hil

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
)

// The fire contact opens the gate within 50 ms, while somebody's red is open
// and a scanner does not stop. The machine may be busy with other things: the
// median of twenty has to hold, in one of five goes.
func TestFireContactOpensWithin50ms(t *testing.T) {
	b := newBox(t)
	stop, stopped := make(chan struct{}), make(chan struct{})
	codes := []string{cardPayload(t, "red"), cardPayload(t, "amber")}
	var storm atomic.Bool
	go func() {
		defer close(stopped)
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
				if storm.Load() {
					_ = b.scanner.Send(codes[n%2]) // a full pipe is as good as a busy scanner
				}
			}
		}
	}()
	defer func() { close(stop); <-stopped }()
	var took []time.Duration
	for range 5 {
		took = nil
		for range 20 {
			b.decision(codes)
			storm.Store(true)
			time.Sleep(200 * time.Millisecond) // codes are on their way
			alarm := b.pull("FIRE", true)
			took = append(took, time.Duration(max(b.awaitLine("GREEN", true), b.awaitLine("RELAY", true))-alarm))
			b.pull("FIRE", false)
			b.awaitLine("RELAY", false)
			storm.Store(false)
		}
		slices.Sort(took)
		t.Logf("from the contact to lamp and relay: median %v, longest %v", took[len(took)/2], took[len(took)-1])
		if took[0] < 0 {
			t.Fatal("the gate was open before the alarm")
		}
		if took[len(took)/2] <= 50*time.Millisecond {
			return
		}
	}
	t.Errorf("from the contact to lamp and relay: %v", took)
}

// decision shows codes in turn until a decision is open. A machine that is held
// up needs the second that a lane gives it for each of them.
func (b *box) decision(codes []string) {
	b.t.Helper()
	for n := range 30 {
		b.must(b.scanner.Send(codes[n%len(codes)]))
		if b.within(4*time.Second, checkpoint.StateWaiting) {
			return
		}
	}
	b.awaitState(checkpoint.StateWaiting)
}

func TestEmergencyEndsByContactOrByPIN(t *testing.T) {
	b := newBox(t)
	b.pull("FIRE", true)
	b.awaitLine("RELAY", true)
	b.pull("FIRE", false)
	b.awaitState(checkpoint.StateIdle)
	b.awaitLine("RELAY", false)
	b.pull("FIRE", true)
	b.awaitState(checkpoint.StateEmergency)
	var refused *control.Refusal
	if err := b.client.EndEmergency(t.Context(), control.EndEmergency{PIN: "11111"}); !errors.As(err, &refused) {
		t.Errorf("a wrong PIN: %v", err)
	}
	if !b.on("RELAY") {
		t.Fatal("a wrong PIN shut the gate")
	}
	b.awaitEvent(checkpoint.FoundWrongPIN)
	out, err := b.ctl(leadPIN+"\n", "emergency", "end")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b.awaitLine("RELAY", false)
	b.awaitState(checkpoint.StateIdle)
	b.awaitContacts(checkpoint.ContactFire) // the alarm itself is still there
	b.awaitRecord("the end by PIN", func(r checkpoint.Record) bool {
		return r.Kind == checkpoint.RecordEmergency && !r.Open && slices.Contains(r.Findings, checkpoint.FoundLeadPIN)
	})
}

// ctl runs the shipped checkpointctl.
func (b *box) ctl(input string, args ...string) (string, error) {
	b.t.Helper()
	cmd := exec.Command("/bin/checkpointctl", append(args, "--run", filepath.Join(b.dir, "run"))...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// Lines go to rest with the daemon, however it ends.
func TestKilledDaemonLeavesEveryLineAtRest(t *testing.T) {
	for name, end := range map[string]syscall.Signal{"killed": syscall.SIGKILL, "stopped": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			b := newBox(t)
			b.pull("FIRE", true)
			b.awaitLine("RELAY", true)
			b.awaitLine("GREEN", true)
			b.must(b.cmd.Process.Signal(end))
			<-b.exited
			for _, line := range outputs {
				if b.on(line) {
					t.Errorf("%s is still on", line)
				}
			}
		})
	}
}

func TestInputsReachTheProvince(t *testing.T) {
	b := newBox(t)

	b.pull("TAMPER", true)
	b.await("N21", func(s control.Status) bool { return s.Lanes[0].Notice == checkpoint.BoxOpened })
	b.pull("TAMPER", false)
	b.pull("EXIT", false)
	b.awaitContacts(checkpoint.ContactExit)
	b.pull("EXIT", true)
	b.awaitContacts()

	b.pull("PRIORITY", false)
	b.awaitLine("RELAY", true)
	b.pull("PRIORITY", true)
	b.await("N11", func(s control.Status) bool { return s.Lanes[0].Notice == checkpoint.GateNotOpened }) // no door opened
	b.pull("DOOR", true)
	b.await("a gate that works", func(s control.Status) bool { return s.Lanes[0].Disagree == "" })
	b.await("a door that stands open", func(s control.Status) bool { return s.Lanes[0].Disagree == checkpoint.FoundDoorOpen })
	b.pull("DOOR", false)
	b.awaitContacts()

	b.scan("amber", checkpoint.Refer)
	b.awaitState(checkpoint.StateWaiting)
	b.pull("BUTTON-3", false)
	b.await("a second paper is wanted", func(s control.Status) bool { return !s.Lanes[0].Second.IsZero() })
	b.pull("BUTTON-3", true)
	b.pull("BUTTON-1", false)
	b.awaitLine("RELAY", true)
	b.pull("BUTTON-1", true)
	b.awaitLine("GREEN", true)
	b.pull("DOOR", true)
	b.pull("PASSAGE", false)
	b.awaitLine("GREEN", false)
	b.pull("PASSAGE", true)
	b.pull("DOOR", false)
	b.awaitLine("RELAY", false) // the pulse for the person before
	b.scan("red", checkpoint.Refuse)
	b.awaitState(checkpoint.StateWaiting)
	b.pull("BUTTON-3", false) // an override wants a PIN
	b.awaitContacts(checkpoint.Button3)
	b.pull("BUTTON-3", true)
	b.awaitContacts()
	if b.on("RELAY") {
		t.Error("a button by itself opened the gate to a red")
	}
	b.pull("BUTTON-1", false)
	b.awaitState(checkpoint.StateIdle)

	for _, f := range []checkpoint.Finding{checkpoint.FoundBoxOpened, checkpoint.FoundExitButton, checkpoint.FoundPriority, checkpoint.FoundDoorStayedShut, checkpoint.FoundDoorOpen} {
		b.awaitEvent(f)
	}
	for _, o := range []checkpoint.Outcome{checkpoint.Passed, checkpoint.Denied} {
		b.awaitRecord(o.String(), func(r checkpoint.Record) bool { return r.Outcome == o })
	}
}

// A technician goes through the lamps and answers once each is on.
func TestLampWalk(t *testing.T) {
	b := newBox(t)
	answers, technician, err := os.Pipe()
	b.must(err)
	walk := exec.Command("/bin/checkpointctl", "lamps", "walk", "--run", filepath.Join(b.dir, "run"))
	var said safeBuffer
	walk.Stdin, walk.Stdout, walk.Stderr = answers, &said, &said
	b.must(walk.Start())
	answers.Close()
	for _, lamp := range []string{"GREEN", "AMBER", "RED", "STATUS", "BUZZER", "RELAY"} {
		b.awaitLine(lamp, true)
		for _, other := range outputs[:4] { // lamps are steady
			if other != lamp && lamp != "BUZZER" && lamp != "RELAY" && b.on(other) {
				t.Errorf("%s is on with %s", other, lamp)
			}
		}
		_, err := technician.WriteString("c\n")
		b.must(err)
	}
	if err := walk.Wait(); err != nil {
		t.Errorf("%v\n%s", err, said.String())
	}
	b.awaitState(checkpoint.StateIdle)
	for _, line := range outputs {
		if line != "STATUS" && b.on(line) {
			t.Errorf("%s is still on", line)
		}
	}
	if out, err := b.ctl("c\nk\nc\nc\nc\nc\n", "lamps", "walk"); err == nil || !strings.Contains(out, "amber") {
		t.Errorf("a lamp that was not seen: %v\n%s", err, out)
	}
	b.awaitEvent(checkpoint.FoundRelayTested)
}
