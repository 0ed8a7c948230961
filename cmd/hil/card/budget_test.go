package card

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"checkpoint/cmd/internal/report"
	"checkpoint/image/slots"
)

// What a ready lane that nobody uses may take.
const (
	mostMemory = 120 << 10 // KiB
	mostWrites = 1 << 20   // bytes an hour
)

// idle is for how long nobody comes: enough for every timer of the daemon and for
// some commits of the file system.
const idle = 15 * time.Minute

// A lane that is ready and idle leaves most of a small board's memory and wears no
// card out.
func TestAnIdleLaneTakesLittle(t *testing.T) {
	p, who := newProvince(t), newTechnician(t)
	m := newMachine(t, func(card string) { p.put(card); who.seed(t, card) })
	m.start()
	m.awaitReady(slots.A)
	m.login(who)
	used := who.memory(t)
	if used.used > mostMemory {
		t.Errorf("%d KiB of memory used, at most %d", used.used, mostMemory)
	}
	begun, before := who.written(t)
	t.Logf("%d KiB of memory used", used.used)
	time.Sleep(idle) // it is the board that may not do anything meanwhile
	m.login(who)     // nobody stays logged in for so long
	ended, after := who.written(t)
	hourly := int64(float64(after-before) * float64(time.Hour) / float64(ended-begun))
	if hourly > mostWrites {
		t.Errorf("%d bytes an hour written to the card, at most %d", hourly, mostWrites)
	}
	rows := [][]string{
		{"memory used, lane ready", "≤ 120 MiB: " + report.Verdict(used.used, mostMemory), mebibytes(used.used), "of " + mebibytes(used.total) + ": MemTotal − MemAvailable, with the SSH session that asks"},
		{"written to the card, idle", "≤ 1 MiB an hour: " + report.Verdict(hourly, mostWrites), fmt.Sprintf("%d KiB an hour", hourly>>10), fmt.Sprintf("%d KiB in %v, by the disk's own counter; connected, nobody scans", (after-before)>>10, (ended - begun).Round(time.Second))},
	}
	for _, unit := range slices.SortedFunc(maps.Keys(used.units), func(a, b string) int { return used.units[b] - used.units[a] }) {
		rows = append(rows, []string{"resident: " + unit, "–", mebibytes(used.units[unit]), "shared pages count in each"})
	}
	if packed, err := os.Stat(imageFile("card.img.zst")); err == nil {
		const most = 350_000_000 // image/card holds it to that
		rows = append(rows, []string{"image, compressed", "≤ 350 MB: " + report.Verdict(packed.Size(), most), fmt.Sprintf("%.1f MB", float64(packed.Size())/1e6), "zstd; two systems, without a display"})
	}
	publish(t, "card-idle", rows)
}

func mebibytes(kib int) string { return fmt.Sprintf("%.1f MiB", float64(kib)/1024) }

// publish logs what was measured and, for `make bench-card`, replaces its section
// of docs/benchmarks.md.
func publish(t *testing.T, section string, rows [][]string) {
	t.Helper()
	table := report.Table{Section: "card", Targets: true}
	for _, r := range rows {
		table.Add(r[0], r[1], r[2], r[3])
	}
	t.Log("\n" + table.Markdown())
	if file := os.Getenv("CHECKPOINT_BENCH"); file != "" && !t.Failed() {
		must(t, report.Replace(file, section, table.Markdown()))
	}
}

// memory of the board, in KiB.
type memory struct {
	total, used int
	units       map[string]int // resident sets of their processes
}

func (n *technician) memory(t *testing.T) memory {
	t.Helper()
	m := memory{units: map[string]int{}}
	text := n.run(t, "cat /proc/meminfo; for p in /proc/[0-9]*; do cat $p/cgroup $p/status; done 2>/dev/null")
	unit := ""
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		kib, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
		switch key {
		case "MemTotal":
			m.total = kib
		case "MemAvailable":
			m.used = m.total - kib
		case "0": // cgroup(7): the unit is the last part, or the one above
			unit = filepath.Base(value)
		case "VmRSS":
			m.units[unit] += kib
		}
	}
	if m.used == 0 || len(m.units) == 0 {
		t.Fatalf("no memory in %q", text)
	}
	return m
}

// written is how much the card was given since the board was switched on, and when
// that was asked: sectors of 512 bytes (Documentation/admin-guide/iostats.rst).
func (n *technician) written(t *testing.T) (at time.Duration, bytes int64) {
	t.Helper()
	at, sectors := n.counter(t, 7)
	return at, sectors * 512
}

// counter is a field of the card's statistics, from 1, and how long the board is up.
func (n *technician) counter(t *testing.T, field int) (at time.Duration, value int64) {
	t.Helper()
	text := n.run(t, "cat /proc/uptime /sys/block/vda/stat")
	fields := strings.Fields(text)
	if len(fields) < 2+field {
		t.Fatalf("%q", text)
	}
	at, err := time.ParseDuration(fields[0] + "s")
	must(t, err)
	value, err = strconv.ParseInt(fields[1+field], 10, 64)
	must(t, err)
	return at, value
}
