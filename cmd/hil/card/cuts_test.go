package card

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/rig"
	"checkpoint/image/slots"
	"checkpoint/store/build/sample"
	"checkpoint/store/lossfs"
)

// Whatever the box is doing when the power goes, and however often it goes again
// while the box comes back: the card's file systems are whole, the lane becomes
// ready by itself, and each opening of the gate is one record in the province.
func TestPowerCuts(t *testing.T) {
	c := newCuts(t)
	c.wanted = lossfs.Rounds(t, 3)
	for c.made < c.wanted {
		for _, k := range c.round() {
			if c.made < c.wanted {
				k.act(c)
				c.cutPower(k.name)
				c.flicker()
				c.comeBack()
			}
		}
	}
	t.Logf("%d cuts, %d boots", c.made, c.boots)
}

// kind is something that a box does.
type kind struct {
	name string
	act  func(*cuts) // until a moment of it at which the power goes
}

func kinds() []kind {
	return []kind{
		{"first boot", (*cuts).firstBoot},
		{"scanning", (*cuts).scanning},
		{"snapshot load", (*cuts).load},
		{"idle", (*cuts).idle},
		{"update", (*cuts).update},
	}
}

// In this many writes to the card, from the first on, the power goes: about as many
// as each thing takes, so that every part of it is hit.
const (
	writesOfFirstBoot = 120
	writesOfBoot      = 60
	writesOfLoad      = 60
	writesOfScan      = 8
	writesOfUpdate    = 900
)

// cuts is a box whose power fails, and what must come out in the end.
type cuts struct {
	*machine
	province      *province
	people        rig.Cards
	shown, opened map[string]int // how often a card was shown, and the gate opened for it; by document
	before        slots.State    // on the card when the power was last switched on
	written       int            // to it until then
	stick         uint64         // number of the snapshot on the stick that is plugged in; 0: none is
	away          bool           // the province is
	offered       slots.Name     // where a newer system goes that lies on the card; empty: none does
	installed     bool           // it has been wanted there
	systems       int            // were offered
	settled       bool           // the lane was ready on this card
	made, wanted  int
}

// people of the province: enough for many shifts.
const people = 500

func newCuts(t *testing.T) *cuts {
	t.Helper()
	p := newProvince(t)
	made, err := sample.New(sample.Options{People: people, Seed: 7, Date: checkpoint.DateOf(time.Now())})
	must(t, err)
	return &cuts{
		province: p, people: rig.Cards{Province: made, People: people}, shown: map[string]int{}, opened: map[string]int{},
		machine: newMachine(t, func(card string) {
			p.put(card)
			info, err := os.Stat(card)
			must(t, err)
			must(t, os.Truncate(card, info.Size()+128<<20)) // as every real card it is larger than the image
		}),
	}
}

// round is every kind once. A new card is first of all started. Where only a few cuts
// are wanted there is no update among them, which takes ten minutes.
func (c *cuts) round() []kind {
	all := kinds()
	if c.wanted < len(all) {
		all = all[:len(all)-1]
	}
	begin := 0
	if c.made == 0 {
		begin = 1
	}
	c.random.Shuffle(len(all)-begin, func(i, j int) { all[begin+i], all[begin+j] = all[begin+j], all[begin+i] })
	return all
}

// switchOn starts the box.
func (c *cuts) switchOn() {
	c.t.Helper()
	c.before, c.written = c.state(), c.disk.Writes()
	c.start()
	if c.stick != 0 {
		c.plug()
	}
}

// cutPower takes the power away and looks at what is left.
func (c *cuts) cutPower(when string) {
	c.t.Helper()
	writes := c.disk.Writes() - c.written
	losses := c.cut()
	c.made++
	c.t.Logf("cut %d, %s, after %d writes: %v; %s", c.made, when, writes, losses, c.whole())
}

// flicker cuts the power again, up to four times, while the box comes back: early
// in the most cases, where a start takes few seconds.
func (c *cuts) flicker() {
	c.t.Helper()
	for range c.random.IntN(5) {
		c.switchOn()
		c.untilWrite(1+c.random.IntN(1+c.random.IntN(writesOfBoot)), c.ready)
		c.cutPower("coming back")
	}
}

// comeBack switches on and has the box do all that it must.
func (c *cuts) comeBack() {
	c.t.Helper()
	c.switchOn()
	if c.away {
		c.province.broker.Restart()
		c.away = false
	}
	begun := time.Now()
	c.await("lane ready", c.ready)
	c.t.Logf("lane ready after %v of emulation, %d writes", time.Since(begun).Round(100*time.Millisecond), c.disk.Writes()-c.written)
	c.settled = true
	c.show()
	c.delivered()
	c.updated()
	for tries := 0; c.stick != 0; tries++ {
		if _, snapshot := c.province.admissions(); snapshot == c.stick {
			c.unplug()
		} else if tries == 50 {
			c.t.Fatalf("snapshot %d of the stick is not in use, but %d", c.stick, snapshot)
		} else {
			c.show()
			c.delivered()
		}
	}
}

// mostStarts of the loader until a lane is ready: more is a box that runs in
// circles.
const mostStarts = 10

// ready tells whether the lane became ready since the power came: only then the
// tries that the loader took off are given back.
func (c *cuts) ready() bool {
	c.t.Helper()
	if n := strings.Count(c.said(), "starting slot"); n > mostStarts {
		c.t.Fatalf("the loader has started a system %d times, and the lane is not ready", n)
	}
	s := c.state()
	return s != c.before && *s.Of(s.Next()) == slots.Slot{Left: slots.TriesProven, Proven: true}
}

// show holds the next person's card to the scanner until the gate opens.
func (c *cuts) show() {
	c.t.Helper()
	number, payload := c.next()
	c.shown[number] += c.scan(payload)
	c.opened[number]++
}

// next is somebody whom the lane lets in, when it can take the next one.
func (c *cuts) next() (number, payload string) {
	c.t.Helper()
	c.await("the lamp to go dark again", func() bool { return !c.lit("GREEN") && !c.lit("RELAY") })
	payload, err := c.people.Green()
	if err != nil { // all have been here: they come again
		c.people = rig.Cards{Province: c.people.Province, People: people}
		payload, err = c.people.Green()
		must(c.t, err)
	}
	number, _, _ = strings.Cut(payload, "|")
	return number, payload
}

// delivered waits for the records of all openings; none may come twice.
func (c *cuts) delivered() {
	c.t.Helper()
	var have map[string]int
	c.await("the records in the province", func() bool {
		have, _ = c.province.admissions()
		for number, n := range c.opened {
			if have[number] < n {
				return false
			}
		}
		return true
	})
	for number, n := range have {
		if n > c.shown[number] {
			c.t.Fatalf("a card that was shown %d times is in %d records", c.shown[number], n)
		}
	}
}

// untilWrite waits until the card has been written to so many times, or already.
func (c *cuts) untilWrite(n int, already func() bool) {
	c.t.Helper()
	stopped := c.disk.StopAfter(n)
	c.await(fmt.Sprintf("write %d to the card", n), func() bool {
		if already() {
			return true
		}
		select {
		case <-stopped:
			return true
		default:
			return false
		}
	})
}

// after is true when a time drawn up to the longest has passed.
func (c *cuts) after(longest time.Duration) func() bool {
	end := time.Now().Add(rand.N(longest))
	return func() bool { return time.Now().After(end) }
}

func (c *cuts) firstBoot() {
	c.t.Helper()
	c.cut()
	c.flash()
	c.settled = false
	c.switchOn()
	c.untilWrite(1+c.random.IntN(writesOfFirstBoot), c.ready)
}

// scanning ends while a card is recorded, or when the gate opens for it; in half of
// the times the province is away, and the records are on the card alone.
func (c *cuts) scanning() {
	c.t.Helper()
	if c.random.IntN(2) == 0 {
		c.province.broker.Kill()
		c.away = true
	}
	for range c.random.IntN(3) {
		c.show()
	}
	number, payload := c.next()
	_, err := io.WriteString(c.scanner, payload+"\r")
	must(c.t, err)
	c.shown[number]++
	c.untilWrite(1+c.random.IntN(writesOfScan), func() bool {
		open := c.lit("RELAY")
		if open {
			c.opened[number]++
		}
		return open
	})
}

func (c *cuts) idle() {
	c.t.Helper()
	c.untilWrite(1+c.random.IntN(writesOfScan), c.after(30*time.Second))
}
