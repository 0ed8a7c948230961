package card

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"checkpoint/image/slots"
	"checkpoint/sync/update"
)

// load ends while a newer snapshot comes in from a stick, which stays plugged in.
func (c *cuts) load() {
	c.t.Helper()
	c.stick = c.province.newStick(c.path("stick"))
	c.plug()
	c.untilWrite(1+c.random.IntN(writesOfLoad), c.after(3*time.Minute))
}

func (c *cuts) unplug() {
	c.t.Helper()
	c.command("device_del stick")
	c.stick = 0
}

// update ends while a newer system, which the province has sent, is written to the
// other slot, or is started for the first time.
func (c *cuts) update() {
	c.t.Helper()
	c.cutPower("before an update")
	c.offer()
	c.switchOn()
	c.untilWrite(1+c.random.IntN(writesOfUpdate), c.settledUpdate)
}

// offer lays a newer system where the daemon leaves one that it fetched. The board
// is off.
func (c *cuts) offer() {
	c.t.Helper()
	c.systems++
	version := fmt.Sprint("9999.0.", c.systems)
	newer := bundle(c.t, system(c.t, "9999.0.0", ""), version, updateKeys, asItIs)
	begin, size := partitionOf(c.t, c.card(), 4)
	partition := c.path("data")
	run(c.t, "dd", "if="+c.card(), "of="+partition, "bs=1M", fmt.Sprint("skip=", begin>>20), fmt.Sprint("count=", size>>20), "conv=sparse", "status=none")
	mend(c.t, partition)
	to := update.FetchedSystem("/checkpoint")
	commands := c.path("offer")
	must(c.t, os.WriteFile(commands, fmt.Appendf(nil, "mkdir %s\nrm %s\nwrite %s %s\n", filepath.Dir(to), to, newer, to), 0o600))
	run(c.t, "debugfs", "-w", "-f", commands, partition)
	run(c.t, "fallocate", "--punch-hole", "--offset", fmt.Sprint(begin), "--length", fmt.Sprint(size), c.card())
	run(c.t, "dd", "if="+partition, "of="+c.card(), "bs=1M", fmt.Sprint("seek=", begin>>20), "conv=notrunc,sparse", "status=none")
	must(c.t, errors.Join(os.Remove(newer), os.Remove(partition)))
	c.offered, c.installed = c.state().Next().Other(), false
}

// settledUpdate tells whether the newer system is ready, or has been tried in vain:
// who cuts the power four times while it starts uses up its tries.
func (c *cuts) settledUpdate() bool {
	c.t.Helper()
	s := c.state()
	old := *s.Of(c.offered.Other())
	c.installed = c.installed || s.Next() == c.offered // a slot may have been given up before
	if !c.installed {
		return false
	}
	switch newer := *s.Of(c.offered); newer {
	case slots.Slot{Left: slots.TriesProven, Proven: true}:
		return s.First == c.offered
	case slots.Slot{}:
		return s.First == c.offered && old.Proven && old.Left == slots.TriesProven
	}
	return false
}

// updated waits until the system that was offered is ready, and has it show what it
// can.
func (c *cuts) updated() {
	c.t.Helper()
	if c.offered == "" {
		return
	}
	begun := time.Now()
	c.await("the newer system", c.settledUpdate)
	c.t.Logf("system %d settled after %v of emulation, %d writes: %+v", c.systems, time.Since(begun).Round(time.Second), c.disk.Writes()-c.written, c.state())
	c.offered = ""
	c.show()
	c.delivered()
}
