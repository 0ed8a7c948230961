package farlink

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/device/lab"
	"checkpoint/device/serial/pty"
	"checkpoint/store/snapshot"
)

// patience is for what takes seconds on a machine that is not emulated.
const patience = 2 * time.Minute

// wire is the way from the guest's loopback to the broker on the host: what
// passes the loopback has the bad link behind it.
type wire struct {
	net.Listener
	mu   sync.Mutex
	open []net.Conn
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: l}
	t.Cleanup(func() { l.Close(); w.cut() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			w.mu.Lock()
			w.open = append(w.open, near, far)
			w.mu.Unlock()
			go pass(near, far)
			go pass(far, near)
		}
	}()
	return w
}

func pass(from, to net.Conn) {
	_, _ = io.Copy(to, from) // either end may go
	to.Close()
	from.Close()
}

// cut ends the connections there are.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.open {
		c.Close()
	}
	w.open = nil
}

// daemon is a running checkpointd of one of the boxes.
type daemon struct {
	t       *testing.T
	box     string
	dir     string
	client  *control.Client
	scanner *pty.Pair
	cmd     *exec.Cmd
	log     bytes.Buffer // read when the daemon has ended
	events  chan control.Event
	last    checkpoint.Position // of what was scanned
}

const configuration = `box = %q
province = "mau"
site = "Cổng xa"
site_type = "road"
state_dir = "%[2]s/state"
run_dir = "%[2]s/run"
decision_inputs = ["control"]
[clock]
mode = "always"
[mqtt]
broker = "ssl://%[3]s"
ca = "%[2]s/ca.pem"
cert = "%[2]s/cert.pem"
key = "%[2]s/key.pem"
[[lane]]
name = "1"
direction = "in"
gate = { driver = "simulated" }
[[lane.reader]]
name = "scanner"
kind = "serial"
path = %[4]q
suffix = "CR"
`

func start(t *testing.T, box string, way *wire) *daemon {
	t.Helper()
	syscall.Umask(0o077) // keys are for their owner alone
	d := &daemon{t: t, box: box, events: make(chan control.Event, 1000)}
	var err error
	d.dir, err = os.MkdirTemp("", "box")
	d.must(err)
	d.must(os.CopyFS(d.dir, os.DirFS(filepath.Join(lab.Folder, box))))
	d.must(os.Mkdir(filepath.Join(d.dir, "run"), 0o755))
	d.scanner, err = pty.Open()
	d.must(err)
	config := filepath.Join(d.dir, "checkpoint.toml")
	d.must(os.WriteFile(config, fmt.Appendf(nil, configuration, box, d.dir, way.Addr(), d.scanner.Path), 0o600))
	d.client = control.NewClient(filepath.Join(d.dir, "run"))
	d.cmd = exec.Command("/bin/checkpointd", "--config", config)
	d.cmd.Stderr = &d.log
	d.must(d.cmd.Start())
	t.Cleanup(d.end)
	d.await("the daemon", func(control.Status) bool { return true })
	ready := make(chan struct{})
	go func() {
		_ = d.client.Events(context.Background(), ready, func(e control.Event) bool { d.events <- e; return true }) // ends with the daemon
	}()
	<-ready
	return d
}

func (d *daemon) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

func (d *daemon) end() {
	if d.cmd.ProcessState == nil {
		_ = d.cmd.Process.Kill()
		_ = d.cmd.Wait() // killed
	}
	d.scanner.Close()
	if d.t.Failed() {
		d.t.Logf("the daemon's log:\n%s", d.log.String())
	}
}

func (d *daemon) await(what string, ok func(control.Status) bool) {
	d.t.Helper()
	d.awaitWithin(patience, what, ok)
}

func (d *daemon) awaitWithin(most time.Duration, what string, ok func(control.Status) bool) {
	d.t.Helper()
	var s control.Status
	for late := time.Now().Add(most); time.Now().Before(late); time.Sleep(100 * time.Millisecond) {
		var err error
		if s, err = d.client.Status(d.t.Context()); err == nil && ok(s) {
			return
		}
	}
	d.t.Fatalf("waited in vain for %s: journal %+v, link %+v", what, s.Journal, s.Link)
}

// scans shows a card and answers as a guard does: two records.
func (d *daemon) scans(number int) {
	d.t.Helper()
	_, err := fmt.Fprintf(d.scanner.Master, "%012d||Nguyễn Văn An|15081990|Nam|Hà Nội|10052021\r", number)
	d.must(err)
	if !d.recorded(time.After(patience)) {
		d.t.Fatal("a scan is not on record")
	}
	for late := time.Now().Add(patience); ; time.Sleep(100 * time.Millisecond) {
		err := d.client.Decide(d.t.Context(), control.Decide{Answer: checkpoint.AnswerDenied.String()})
		if err == nil {
			return
		}
		if time.Now().After(late) {
			d.t.Fatal(err)
		}
	}
}

// recorded waits for an event about another record than the last.
func (d *daemon) recorded(late <-chan time.Time) bool {
	for {
		select {
		case e := <-d.events:
			if !e.Position.IsZero() && e.Position != d.last {
				d.last = e.Position
				return true
			}
		case <-late:
			return false
		}
	}
}

// delivered waits until the province has said that it holds everything.
func (d *daemon) delivered() {
	d.t.Helper()
	d.awaitWithin(patience+time.Duration(backlog())*time.Second/2, "the province's marks", func(s control.Status) bool { return s.Journal.Waiting == 0 && s.Link.Connected })
}

// proves compares the journal with the database, record by record, and returns
// how many there are.
func (d *daemon) proves(host hostInfo) (records uint64) {
	d.t.Helper()
	d.must(d.cmd.Process.Kill())
	_ = d.cmd.Wait() // killed
	trust, err := snapshot.ReadTrust(filepath.Join(d.dir, "state", "province.json"))
	d.must(err)
	j, err := openJournal(filepath.Join(d.dir, "state"), d.box, trust)
	d.must(err)
	defer j.Close()
	segments, err := j.Segments(d.t.Context())
	d.must(err)
	want := map[string]held{}
	for _, s := range segments {
		var all sum
		for seq := uint64(1); seq <= s.Last; {
			page, err := j.Read(d.t.Context(), s.Epoch, seq, 100)
			d.must(err)
			for _, r := range page {
				all.add(r.Seq, r.Body)
				seq = r.Seq + 1
			}
		}
		if s.Last > 0 {
			want[fmt.Sprintf("%016x", s.Epoch)] = all.held()
			records += s.Last
		}
	}
	resp, err := http.Get(host.Held + d.box)
	d.must(err)
	defer resp.Body.Close()
	var have map[string]held
	if err := json.NewDecoder(resp.Body).Decode(&have); err != nil {
		d.t.Fatalf("the host says %s: %v", resp.Status, err)
	}
	if fmt.Sprint(have) != fmt.Sprint(want) {
		d.t.Errorf("the database has %v, the box wrote %v", have, want)
	}
	return records
}

func theHost(t *testing.T) (h hostInfo) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(lab.Folder, hostFile))
	if err == nil {
		err = json.Unmarshal(b, &h)
	}
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// 600 ms there and back, one packet in twenty lost in either direction, 9.6
// kbit/s: over a real kernel's TCP, with the certificates of both ends, the
// backlog and what is scanned meanwhile arrive, once and in order.
func TestASlowLinkThatIsFarAndLossyBringsAllRecords(t *testing.T) {
	host := theHost(t)
	worsen(t, bad{delay: 300 * time.Millisecond, loss: 0.05, rate: 9600 / 8})
	began := time.Now()
	d := start(t, farBox, newWire(t, host.Broker))
	d.scans(1)
	d.delivered()
	took := time.Since(began)
	if n := d.proves(host); n < uint64(backlog())+2 {
		t.Errorf("%d records, want %d and two", n, backlog())
	}
	t.Logf("%d records in %v", backlog()+2, took.Round(time.Second))
}

// Somebody sets the clock of a box that is at work, forward and back, by days and
// to 1970: nothing waits for the old time to come again, and a new connection
// does not fail for it.
func TestTheClockJumpsAndTheLinkDoesNotNotice(t *testing.T) {
	host := theHost(t)
	way := newWire(t, host.Broker)
	d := start(t, oddBox, way)
	began, real := time.Now(), time.Now()
	t.Cleanup(func() { setClock(t, real.Round(0).Add(time.Since(began))) }) // began runs by the clock that nobody sets
	n := 0
	scan := func() {
		t.Helper()
		for range 2 {
			n++
			d.scans(n)
		}
		d.delivered()
	}
	scan()
	for _, at := range []time.Time{
		real.Add(48 * time.Hour), real.Add(-10 * 24 * time.Hour), real.Add(time.Hour), time.Unix(1000, 0), real,
	} {
		setClock(t, at)
		scan() // on the connection there is
		way.cut()
		scan() // on a new one
	}
	if have := d.proves(host); have < 2*uint64(n) {
		t.Errorf("%d records of %d scans and answers", have, n)
	}
}

func setClock(t *testing.T, at time.Time) {
	t.Helper()
	v := unix.NsecToTimeval(at.UnixNano())
	if err := unix.Settimeofday(&v); err != nil {
		t.Fatal(err)
	}
}
