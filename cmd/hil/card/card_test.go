package card

import (
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"checkpoint/image/slots"
)

// A flashed card with an enrolled box's data becomes a lane: it reads, lights,
// opens, records and delivers; what it recorded while the province was away is
// there after a power cut, and the system that was ready stays the wanted one. Only
// its own button switches the board off: a keyboard's key does not.
func TestTheImageIsALane(t *testing.T) {
	p := newProvince(t)
	m := newMachine(t, func(card string) { p.put(card) })
	m.start()
	m.command("device_add usb-kbd")
	m.awaitReady(slots.A)
	m.command("sendkey power")
	m.scan(p.payload("green"))
	m.await("the record in the province", func() bool { return p.admitted() == 1 })

	p.broker.Kill()
	m.await("the lamp to go dark again", func() bool { return !m.lit("GREEN") && !m.lit("RELAY") })
	m.scan(p.payload("recovered"))
	if m.saidOnce("Stopped target") {
		t.Error("a keyboard switches the board off")
	}
	m.cut()
	p.broker.Restart()
	m.start()
	m.await("the other record in the province", func() bool { return p.admitted() == 2 })
	m.awaitReady(slots.A)
	m.switchOff()
	if s := m.state(); s.First != slots.A || !s.A.Proven || s.B.Proven {
		t.Errorf("slot state %+v", s)
	}
}

// The same card in a Raspberry Pi 3: its loader, its SD controller, its pins and USB.
// It has no battery clock: it goes on from when its clock was last saved. QEMU gives it
// no network that the system takes.
func TestTheImageRunsOnARaspberryPi(t *testing.T) {
	p := newProvince(t)
	p.wire(&raspberry)
	saved := filepath.Join(p.data(), "clock", "clock")
	must(t, os.Mkdir(filepath.Dir(saved), 0o755))
	must(t, os.WriteFile(saved, nil, 0o644))
	later := time.Now().Add(10 * time.Minute) // not behind what the province has signed
	must(t, os.Chtimes(saved, later, later))
	m := newMachine(t, func(card string) { p.put(card) })
	m.board, m.engine = &raspberry, inTurn
	m.start()
	m.awaitReady(slots.A)
	m.scan(p.payload("green"))
}

// scan shows a code to the scanner until the gate opens for it, and tells how often
// it was shown.
func (m *machine) scan(payload string) (shown int) {
	m.t.Helper()
	tries := 0
	m.await("the gate to open", func() bool {
		if tries%500 == 0 { // a scan is missed while the lane starts, or held up
			if _, err := io.WriteString(m.scanner, payload+"\r"); err != nil {
				m.t.Fatal(err)
			}
			shown++
		}
		tries++
		return m.lit("GREEN") && m.lit("RELAY")
	})
	return shown
}

// put gives a card the data partition of an enrolled box, and behind it the room that
// every card has, which the box takes at its first start.
func (p *province) put(card string) {
	putData(p.t, card, p.data(), 64)
	run(p.t, "truncate", "-s", "2G", card)
}

// A system whose kernel finds nothing to start panics three times; then the other
// one is started.
func TestASystemThatPanicsIsLeft(t *testing.T) {
	m := newMachine(t, func(card string) {
		begin, size := partitionOf(t, card, 3)
		spoilInitrd(t, card, begin+size-tailSize)
		prefer(t, card, slots.B)
	})
	m.start()
	m.await("slot A to be tried", func() bool { s := m.state(); return s.B.Left == 0 && s.A.Left < slots.TriesNew })
	if s := m.state(); s.First != slots.B || s.B.Proven {
		t.Errorf("slot state %+v", s)
	}
	m.await("slot A's file system", func() bool { return m.saidOnce("Welcome to") })
}

// A kernel that rotted on the card is not started at all.
func TestARottenKernelIsLeft(t *testing.T) {
	m := newMachine(t, func(card string) {
		begin, size := partitionOf(t, card, 3)
		write(t, card, []byte("rot"), begin+size-tailSize+1<<20)
		prefer(t, card, slots.B)
	})
	m.start()
	m.await("slot A to be tried", func() bool { s := m.state(); return s.B.Left == 0 && s.A.Left < slots.TriesNew })
	if m.saidOnce("Kernel panic") {
		t.Error("the rotten kernel was started")
	}
}
