package card

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"checkpoint/cmd/internal/report"
	"checkpoint/image/slots"
)

// mostSteps that the kernel's first instruction until the lane is ready may take, in
// the emulated board's time: the rest of the 40 s from switching on is for firmware,
// loader and card, which no emulation shows.
const mostSteps = 30 * time.Second

// A start takes few instructions. The emulated board does one in 2 ns (counting), all
// of them one after the other: a core of a Raspberry Pi 4 that has three cycles for each
// is as fast, and there are four.
func TestAStartTakesFewSteps(t *testing.T) {
	p, who := newProvince(t), newTechnician(t)
	m := newMachine(t, func(card string) { p.put(card); who.seed(t, card) })
	m.engine = counting
	m.start()
	m.awaitReady(slots.A)
	m.login(who)
	_, sectors := who.counter(t, 3)
	var micros int64
	_, err := fmt.Sscan(who.run(t, "systemctl show --property=ActiveEnterTimestampMonotonic --value checkpointd.service"), &micros)
	must(t, err)
	took := time.Duration(micros) * time.Microsecond
	if took > mostSteps {
		t.Errorf("lane ready after %v, at most %v", took, mostSteps)
	}
	rows := [][]string{
		{"kernel's first instruction to lane ready", "≤ 30 s: " + report.Verdict(took, mostSteps), took.Round(100 * time.Millisecond).String(), "2 ns an instruction, one after the other; waiting counts in the host's time"},
		{"read from the card by then and for a login", "–", fmt.Sprintf("%.1f MB", float64(sectors)*512/1e6), "by the disk's own counter, without what U-Boot reads"},
	}
	for line := range strings.Lines(who.run(t, "systemd-analyze blame --no-pager | head -n 12")) {
		took, unit, _ := cutLast(strings.TrimSpace(line))
		rows = append(rows, []string{unit, "–", took, "the unit's own time, others ran beside it"})
	}
	publish(t, "card-start", rows)
	t.Log(who.run(t, "systemd-analyze critical-chain --no-pager checkpointd.service"))
}

// cutLast cuts before the last word.
func cutLast(line string) (before, last string, found bool) {
	i := strings.LastIndexByte(line, ' ')
	if i < 0 {
		return "", line, false
	}
	return line[:i], line[i+1:], true
}
