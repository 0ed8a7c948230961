package card

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"checkpoint/device/lab/nbd"
	"checkpoint/image/slots"
)

// patience with anything the machine does: it is emulated, and the host is busy.
const patience = 30 * time.Minute

// machine is an emulated board with a card in it. The card has a cache of its own,
// as real ones have: what was not flushed may be gone after a power cut.
type machine struct {
	t       *testing.T
	dir     string            // scratch: the card, the console
	image   string            // what the card is flashed with
	prepare func(card string) // makes of a copy of the image what is tested
	disk    *nbd.Disk
	socket  net.Listener // of the disk
	random  *rand.Rand   // what a power cut loses
	qemu    *exec.Cmd
	ended   chan struct{}
	scanner net.Conn // the far end of the USB scanner's cable
	monitor net.Conn
	boots   int
	board   *hardware
	engine  []string // how its processors are emulated
}

// newMachine makes a board with a copy of the image in it; prepare may alter the
// card before it is started.
func newMachine(t *testing.T, prepare func(card string)) *machine {
	t.Helper()
	return newMachineOf(t, imageFile("card.img"), prepare)
}

// newMachineOf makes one with a copy of another image.
func newMachineOf(t *testing.T, image string, prepare func(card string)) *machine {
	t.Helper()
	dir, err := os.MkdirTemp("", "card") // a short path: sockets' names are short
	must(t, err)
	m := &machine{t: t, dir: dir, image: image, prepare: prepare, random: random(t), board: &virtual, engine: inTime}
	t.Cleanup(func() {
		m.cut()
		if t.Failed() {
			t.Logf("end of the console:\n%s", m.tail())
		}
		m.takeOut()
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	m.flash()
	return m
}

// random is drawn from CHECKPOINT_SEED, or from another number each time; the log
// tells which.
func random(t *testing.T) *rand.Rand {
	t.Helper()
	seed := rand.Uint64()
	if text := os.Getenv("CHECKPOINT_SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		must(t, err)
	}
	t.Logf("CHECKPOINT_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// flash puts a new card in.
func (m *machine) flash() {
	m.t.Helper()
	m.takeOut()
	run(m.t, "cp", "--sparse=always", m.image, m.card())
	m.prepare(m.card())
	var err error
	m.disk, err = nbd.Open(m.card())
	must(m.t, err)
	l, err := net.Listen("unix", m.path("disk"))
	must(m.t, err)
	m.socket = l
	go m.disk.Serve(l)
}

// takeOut takes the card out of a board that is off.
func (m *machine) takeOut() {
	m.t.Helper()
	if m.disk != nil {
		m.socket.Close()
		must(m.t, m.disk.Close())
		m.disk = nil
	}
}

func (m *machine) card() string            { return m.path("card.img") }
func (m *machine) path(name string) string { return filepath.Join(m.dir, name) }

// How a board's processors are emulated.
var (
	// inTime has its clock go with the host's, as the province's clock does: a box whose
	// clock is a minute behind what the province signs trusts it no more.
	inTime = []string{"-accel", "tcg,thread=multi"}

	// inTurn likewise, one processor after the other: those of a Raspberry Pi that have
	// nothing to do yet turn in circles, and would take the host's from the one that has.
	inTurn = []string{"-accel", "tcg,thread=single"}

	// counting has its clock count instructions, 2 ns each, and go on by itself only while
	// there is nothing to do.
	counting = []string{"-accel", "tcg,thread=single", "-icount", "shift=1"}
)

// start switches the board on.
func (m *machine) start() {
	m.t.Helper()
	m.boots++
	scanner, monitor := m.listen("scanner"), m.listen("monitor")
	defer scanner.Close()
	defer monitor.Close()
	m.qemu = exec.Command("qemu-system-aarch64", append(m.board.args(m), "-netdev", "user,id=net,hostfwd=tcp:127.0.0.1:0-:22",
		"-chardev", "socket,id=scanner,path="+m.path("scanner"), "-device", "usb-serial,chardev=scanner", "-monitor", "unix:"+m.path("monitor"))...)
	var complaints bytes.Buffer
	m.qemu.Stderr = &complaints
	m.qemu.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	must(m.t, m.qemu.Start())
	ended := make(chan struct{})
	m.ended = ended
	go func() { _ = m.qemu.Wait(); close(ended) }()
	var err error
	if m.scanner, err = scanner.Accept(); err == nil {
		m.monitor, err = monitor.Accept()
	}
	if err != nil {
		m.t.Fatalf("%v\n%s", err, complaints.String())
	}
	m.command("info version")
}

func (m *machine) listen(name string) *net.UnixListener {
	m.t.Helper()
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: m.path(name)})
	must(m.t, err)
	must(m.t, l.SetDeadline(time.Now().Add(time.Minute)))
	return l
}

// cut takes the power away, and says what that did to the card.
func (m *machine) cut() nbd.Losses {
	m.t.Helper()
	if m.qemu == nil {
		return nbd.Losses{}
	}
	_ = m.qemu.Process.Kill() // it may be gone
	<-m.ended
	m.scanner.Close()
	m.monitor.Close()
	m.qemu = nil
	losses, err := m.disk.Cut(m.random)
	must(m.t, err)
	return losses
}

// switchOff presses the power button and waits until the system has stopped.
func (m *machine) switchOff() {
	m.t.Helper()
	m.command("system_powerdown")
	select {
	case <-m.ended:
	case <-time.After(patience):
		m.t.Fatal("the system does not stop")
	}
	m.cut()
}

// console is where this boot's serial line is written.
func (m *machine) console() string { return m.path("console-" + strconv.Itoa(m.boots)) }

func (m *machine) said() string {
	b, err := os.ReadFile(m.console())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		m.t.Fatal(err)
	}
	return string(b)
}

func (m *machine) tail() string {
	s := m.said()
	return s[max(0, len(s)-6000):]
}

// command asks QEMU's monitor.
func (m *machine) command(text string) string {
	m.t.Helper()
	must(m.t, m.monitor.SetDeadline(time.Now().Add(patience)))
	if _, err := io.WriteString(m.monitor, text+"\n"); err != nil {
		m.t.Fatal(err)
	}
	var answer []byte
	for b := make([]byte, 4096); !bytes.Contains(answer, []byte(text)) || !bytes.HasSuffix(answer, []byte("\n(qemu) ")); {
		n, err := m.monitor.Read(b)
		if err != nil {
			if text == "system_powerdown" {
				return ""
			}
			m.t.Fatalf("%s: %v", text, err)
		}
		answer = append(answer, b[:n]...)
	}
	return string(answer)
}

// state is the slot state that is on the card now.
func (m *machine) state() slots.State {
	m.t.Helper()
	f, err := os.Open(m.card())
	must(m.t, err)
	defer f.Close()
	s, err := slots.Read(f)
	must(m.t, err)
	return s
}

// await waits for what the machine is about to do.
func (m *machine) await(what string, done func() bool) {
	m.t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(20 * time.Millisecond) {
		select {
		case <-m.ended:
			m.t.Fatalf("the machine stopped; waited for: %s", what)
		default:
		}
		if time.Now().After(end) {
			m.t.Fatalf("not within %v: %s", patience, what)
		}
	}
}

// awaitReady waits for the mark that a ready lane makes on the card.
func (m *machine) awaitReady(n slots.Name) {
	m.t.Helper()
	begun := time.Now()
	m.await("lane ready, slot "+string(n), func() bool { s := m.state(); return *s.Of(n) == slots.Slot{Left: slots.TriesProven, Proven: true} })
	m.t.Logf("lane ready after %v of emulation", time.Since(begun).Round(100*time.Millisecond))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}
