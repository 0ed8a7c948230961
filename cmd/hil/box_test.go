package hil

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/template"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/pin"
	"checkpoint/device/lab"
	"checkpoint/device/lab/virtual"
	"checkpoint/store/build/sample"
)

// patience is how long a test waits for what takes well under a second on a
// machine that is not emulated.
const patience = 30 * time.Second

// leadPIN is the shift lead's.
const leadPIN = "24680"

// box is a daemon on a gate of real GPIO lines.
type box struct {
	t      *testing.T
	dir    string
	chip   *virtual.Chip
	watch  *virtual.Watcher
	client *control.Client
	cmd    *exec.Cmd
	exited chan struct{}
	log    safeBuffer
	name   string // of its lane, which no other box has

	scanner *serialBench
}

// outputs and inputs are the lines of a box. The relay's board is active low,
// as many are, with a pull-up that holds it at rest.
var (
	outputs = []string{"GREEN", "AMBER", "RED", "STATUS", "BUZZER", "RELAY"}
	inputs  = []string{"FIRE", "DOOR", "TAMPER", "PASSAGE", "EXIT", "BUTTON-1", "BUTTON-2", "BUTTON-3", "PRIORITY"}
	// closed are inputs that are closed to ground at rest.
	closed = []string{"FIRE", "DOOR", "TAMPER"}
)

var configuration = template.Must(template.New("").Parse(`box = "thu-0001"
province = "mau"
site = "Cổng thử"
site_type = "road"
state_dir = "{{.Dir}}/state"
run_dir = "{{.Dir}}/run"
decision_inputs = ["control", "buttons"]
lead_pins = ["{{.PIN}}"]
[clock]
mode = "always"
[mqtt]
broker = "{{.Broker}}"
[[lane]]
name = "{{.Lane}}"
direction = "in"
[lane.gate]
driver = "gpio"
green = "GREEN"
amber = "AMBER"
red = "RED"
status = "STATUS"
buzzer = "BUZZER"
relay = "RELAY"
active_low = ["relay"]
relay_pulse_ms = 700
fire_contact = "FIRE"
door_contact = "DOOR"
tamper_contact = "TAMPER"
passage_sensor = "PASSAGE"
exit_button = "EXIT"
button_1 = "BUTTON-1"
button_2 = "BUTTON-2"
button_3 = "BUTTON-3"
button_priority = "PRIORITY"
passage_seconds = 2
door_open_seconds = 3
{{range .Readers}}[[lane.reader]]
{{.}}
{{end}}`))

// newBox makes a box with a USB scanner in serial mode and these further
// readers, each the lines of a [[lane.reader]], and starts its daemon.
func newBox(t *testing.T, readers ...string) *box {
	t.Helper()
	b := &box{t: t, name: t.Name()[max(0, len(t.Name())-32):]}
	var err error
	b.dir, err = os.MkdirTemp("", "box")
	b.must(err)
	syscall.Umask(0o077) // keys are for their owner alone
	b.must(os.CopyFS(filepath.Join(b.dir, "state"), os.DirFS(filepath.Join(lab.Folder, stateDir))))
	b.must(os.Mkdir(filepath.Join(b.dir, "run"), 0o755))
	t.Cleanup(b.end)
	b.wire()
	b.scanner = newSerialBench(t)
	readers = append(readers, fmt.Sprintf("name = \"usb\"\nkind = \"serial\"\npath = %q\n", b.scanner.link))
	hash, err := pin.Hash(leadPIN)
	b.must(err)
	var text bytes.Buffer
	b.must(configuration.Execute(&text, map[string]any{"Dir": b.dir, "PIN": hash, "Broker": near(t, theHost(t).Broker), "Lane": b.name, "Readers": readers}))
	b.must(os.WriteFile(filepath.Join(b.dir, "checkpoint.toml"), text.Bytes(), 0o600))
	b.client = control.NewClient(filepath.Join(b.dir, "run"))
	b.start()
	return b
}

// wire makes the chip with the gate's lines and looks at its outputs.
func (b *box) wire() {
	b.t.Helper()
	var err error
	b.chip, err = virtual.NewChip("gate", append(slices.Clone(outputs), inputs...)...)
	b.must(err)
	b.pull("RELAY", true) // the resistor on the relay's board
	var lines []*virtual.Line
	for _, name := range outputs {
		lines = append(lines, b.chip.Line(name))
	}
	b.watch = virtual.Watch(lines...)
}

// unwire takes the chip away, whoever holds its lines.
func (b *box) unwire() {
	b.t.Helper()
	if b.watch != nil {
		_ = b.watch.Close() // its last look tells nothing
		b.watch = nil
	}
	if b.chip != nil {
		if err := b.chip.Remove(); err != nil {
			b.t.Error(err)
		}
		b.chip = nil
	}
}

func (b *box) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("%v\n%s", err, b.log.String())
	}
}

func (b *box) start() {
	b.t.Helper()
	b.exited = make(chan struct{})
	b.cmd = exec.Command("/bin/checkpointd", "--config", filepath.Join(b.dir, "checkpoint.toml"))
	b.cmd.Stderr = &b.log
	b.must(b.cmd.Start())
	go func() { _ = b.cmd.Wait(); close(b.exited) }()
	// A simulated line has one pull for all who pull: it is high from when the
	// daemon asks for it with the pull-up on, and only then can be closed.
	b.awaitContacts(checkpoint.ContactFire, checkpoint.ContactDoor, checkpoint.ContactTamper)
	for _, line := range closed {
		b.pull(line, false)
	}
	b.awaitContacts()
	b.awaitState(checkpoint.StateIdle)
	b.awaitReaders(true)
}

// scan shows a card to the USB scanner, again if need be: a daemon that is held
// up for a second says so instead of a verdict, and the guard scans again.
func (b *box) scan(card string, want checkpoint.Verdict) {
	b.t.Helper()
	payload := cardPayload(b.t, card)
	for range 10 {
		b.must(b.scanner.Send(payload))
		for end := time.Now().Add(4 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
			if s, err := b.client.Status(b.t.Context()); err == nil && s.Lanes[0].Verdict == want.String() {
				return
			}
		}
	}
	b.t.Fatalf("the card %s never was %s\n%s", card, want, b.log.String())
}

// awaitContacts waits until these contacts are active and no other.
func (b *box) awaitContacts(active ...checkpoint.Contact) {
	b.t.Helper()
	var want []string
	for _, c := range active {
		want = append(want, c.String())
	}
	slices.Sort(want)
	b.await(fmt.Sprint("contacts ", want), func(s control.Status) bool {
		return len(s.Lanes) == 1 && slices.Equal(slices.Sorted(slices.Values(s.Lanes[0].Contacts)), want)
	})
}

// kill ends the daemon as a power cut would.
func (b *box) kill() {
	_ = b.cmd.Process.Kill() // it may be gone already
	<-b.exited
}

func (b *box) end() {
	if b.cmd != nil {
		b.kill()
	}
	if b.scanner != nil {
		if err := b.scanner.Close(); err != nil {
			b.t.Error(err)
		}
	}
	b.unwire()
	if log := b.log.String(); b.t.Failed() || strings.Contains(log, "panic:") {
		b.t.Errorf("the daemon's log:\n%s", log)
	}
	_ = os.RemoveAll(b.dir) // the guest forgets everything
}

// pull puts a level on a line from outside.
func (b *box) pull(line string, high bool) (at int64) {
	b.t.Helper()
	at, err := b.chip.Line(line).Pull(high)
	b.must(err)
	return at
}

// on tells whether an output is on now.
func (b *box) on(line string) bool {
	b.t.Helper()
	high, err := b.chip.Line(line).High()
	b.must(err)
	return high != (line == "RELAY")
}

// awaitLine waits until an output is on, or off, and tells since when.
func (b *box) awaitLine(line string, on bool) (at int64) {
	b.t.Helper()
	at, ok := b.watch.Await(line, on != (line == "RELAY"), patience)
	if !ok {
		b.t.Fatalf("%s did not go %s; the lines did %v\n%s", line, map[bool]string{true: "on", false: "off"}[on], b.watch.Edges(), b.log.String())
	}
	return at
}

// awaitLit waits until an output has been on since the box started, and tells
// since when it was the last time. A pulse may be over by then.
func (b *box) awaitLit(line string) (at int64) {
	b.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		for _, e := range slices.Backward(b.watch.Edges()) {
			if e.Line == line && e.High != (line == "RELAY") {
				return e.At
			}
		}
	}
	b.t.Fatalf("%s was never on; the lines did %v\n%s", line, b.watch.Edges(), b.log.String())
	return 0
}

// lampFirst is for a relay that was energised at opened: the green lamp was on by
// then. What it did later, for a card that is shown again, does not count.
func (b *box) lampFirst(opened int64) {
	b.t.Helper()
	lit := false
	for _, e := range b.watch.Edges() {
		if e.Line == "GREEN" && e.At <= opened {
			lit = e.High
		}
	}
	if !lit {
		b.t.Errorf("the relay moved before the lamp: %v", b.watch.Edges())
	}
}

// await asks for the status until it is as wanted.
func (b *box) await(what string, ok func(control.Status) bool) (s control.Status) {
	b.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		now, err := b.client.Status(ctx)
		cancel()
		if err == nil && ok(now) {
			return now
		}
		if err == nil {
			s = now
		}
		select {
		case <-b.exited:
			b.t.Fatalf("waiting for %s: the daemon ended\n%s", what, b.log.String())
		default:
		}
	}
	b.t.Fatalf("waited in vain for %s; status %+v\n%s", what, s, b.log.String())
	return s
}

func (b *box) awaitState(state checkpoint.State) {
	b.t.Helper()
	b.await(state.String(), func(s control.Status) bool { return s.Lanes[0].State == state.String() })
}

func (b *box) awaitReaders(connected bool) {
	b.t.Helper()
	b.awaitReadersAre(fmt.Sprint("readers connected ", connected), func(r checkpoint.ReaderState) bool { return r.Connected == connected })
}

// awaitReadersAre waits until every reader is ok.
func (b *box) awaitReadersAre(what string, ok func(checkpoint.ReaderState) bool) {
	b.t.Helper()
	b.await(what, func(s control.Status) bool {
		return !slices.ContainsFunc(s.Lanes[0].Readers, func(r checkpoint.ReaderState) bool { return !ok(r) })
	})
}

// awaitRecord waits until the province on the host has a record of this box.
func (b *box) awaitRecord(what string, is func(checkpoint.Record) bool) arrived {
	b.t.Helper()
	var have []arrived
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		have = theRecords(b.t)
		for _, a := range have {
			if a.Record.Lane == b.name && is(a.Record) {
				return a
			}
		}
	}
	b.t.Fatalf("the province never got %s; it has %d records\n%s", what, len(have), b.log.String())
	return arrived{}
}

// awaitEvent waits until the province knows of something at this lane.
func (b *box) awaitEvent(f checkpoint.Finding) checkpoint.Record {
	b.t.Helper()
	return b.awaitRecord(string(f), func(r checkpoint.Record) bool { return slices.Contains(r.Findings, f) }).Record
}

func theHost(t *testing.T) (h hostInfo) {
	t.Helper()
	readJSON(t, hostFile, &h)
	return h
}

func theRecords(t *testing.T) (have []arrived) {
	t.Helper()
	resp, err := http.Get(theHost(t).Records)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&have); err != nil {
		t.Fatal(err)
	}
	return have
}

// cardPayload is what a sample card's code says.
func cardPayload(t *testing.T, name string) string {
	t.Helper()
	var cards []sample.Card
	readJSON(t, cardsFile, &cards)
	for _, c := range cards {
		if c.Name == name {
			return c.Payload
		}
	}
	t.Fatalf("no card %s", name)
	return ""
}

func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(lab.Folder, name))
	if err == nil {
		err = json.Unmarshal(b, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// safeBuffer is a log that is read while it is written.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}
