package hil

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/device/gate"
	"checkpoint/device/lab/virtual"
)

// signals is the province's table (docs/signals.md) as edges of lines, in
// milliseconds. The relay is for Open, and refused is the rhythm of a refused
// scan.
var signals = map[string]struct {
	show  func(*gate.Gate)
	until int
	lines map[string]string
}{
	"idle":      {signal(checkpoint.SignalIdle), 4200, map[string]string{"STATUS": "0+ 60- 4000+ 4060-"}},
	"admit":     {signal(checkpoint.SignalAdmit), 600, map[string]string{"GREEN": "0+", "BUZZER": "0+ 200-"}},
	"refer":     {signal(checkpoint.SignalRefer), 2000, map[string]string{"AMBER": "0+ 600- 1200+ 1800-", "BUZZER": "0+ 150- 300+ 450-"}},
	"refuse":    {signal(checkpoint.SignalRefuse), 2300, map[string]string{"RED": "0+ 200- 400+ 600- 1500+ 1700- 1900+ 2100-", "BUZZER": "0+ 500- 700+ 1200- 1400+ 1900-"}},
	"repeat":    {signal(checkpoint.SignalRepeat), 2100, map[string]string{"AMBER": "0+ 150- 400+ 550- 800+ 950- 1850+ 2000-", "BUZZER": "0+ 100- 200+ 600-"}},
	"not read":  {signal(checkpoint.SignalNotRead), 600, map[string]string{"AMBER": "0+ 250-", "BUZZER": "0+ 60- 120+ 180-"}},
	"fault":     {signal(checkpoint.SignalFault), 4300, map[string]string{"RED": "0+ 2000- 4000+", "AMBER": "2000+ 4000-", "BUZZER": "0+ 1200-"}},
	"emergency": {signal(checkpoint.SignalEmergency), 1700, map[string]string{"GREEN": "0+", "STATUS": "0+ 500- 1000+ 1500-", "BUZZER": "0+ 1200-"}},
	"refused":   {(*gate.Gate).Notice, 400, map[string]string{"BUZZER": "0+ 40- 80+ 120- 160+ 200-"}},
	"open":      {(*gate.Gate).Open, 1000, map[string]string{"RELAY": "0+ 700-"}},
}

func signal(s checkpoint.Signal) func(*gate.Gate) { return func(g *gate.Gate) { g.Signal(s) } }

// signalChips are made before the first gate opens: that is when its driver
// looks for chips.
var signalChips = sync.OnceValues(func() (map[string]*virtual.Chip, error) {
	chips := map[string]*virtual.Chip{}
	for name := range signals {
		var lines []string
		for _, line := range outputs {
			lines = append(lines, name+" "+line)
		}
		var err error
		if chips[name], err = virtual.NewChip("signal-"+strings.ReplaceAll(name, " ", "-"), lines...); err != nil {
			return nil, err
		}
	}
	return chips, nil
})

// Every pattern of lamps, buzzer and relay is on the wires as the table says.
func TestSignalsOnTheWires(t *testing.T) {
	chips, err := signalChips()
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range signals {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			of := func(line string) string { return name + " " + line }
			g, err := gate.Open(gate.Config{
				Driver: gate.DriverGPIO, RelayPulseMS: 700,
				Green: of("GREEN"), Amber: of("AMBER"), Red: of("RED"), Status: of("STATUS"), Buzzer: of("BUZZER"), Relay: of("RELAY"),
			}, gate.Options{OnFault: func(err error) { t.Error(err) }})
			if err != nil {
				t.Fatal(err)
			}
			defer g.Close()
			var lines []*virtual.Line
			for _, line := range outputs {
				lines = append(lines, chips[name].Line(of(line)))
			}
			m := measurement{want: s.lines}
			for n := range 8 {
				if m.show(g, s.show, time.Duration(s.until)*time.Millisecond, lines); m.wrong() == "" {
					t.Logf("showings: %d; edges off by %v at most", n+1, m.worst())
					return
				}
			}
			t.Error(m.wrong())
		})
	}
}

// A lamp that cannot be had costs that lamp: a fire alarm still opens.
func TestAMissingLampLeavesTheRelay(t *testing.T) {
	chips, err := signalChips()
	if err != nil {
		t.Fatal(err)
	}
	g, err := gate.Open(gate.Config{Driver: gate.DriverGPIO, Green: "open GREEN", Amber: "open AMBRE", Relay: "open RELAY"}, gate.Options{})
	if err == nil || !strings.Contains(err.Error(), "open AMBRE") || strings.Contains(err.Error(), "open GREEN") {
		t.Errorf("Open = %v, want the one line that is missing", err)
	}
	if g == nil {
		t.Fatal("no gate of the lines that are there")
	}
	defer g.Close()
	w := virtual.Watch(chips["open"].Line("open GREEN"), chips["open"].Line("open RELAY"))
	defer w.Close()
	g.Hold(true)
	g.Signal(checkpoint.SignalEmergency)
	for _, line := range []string{"open GREEN", "open RELAY"} {
		if _, on := w.Await(line, true, patience); !on {
			t.Errorf("%s stays at rest", line)
		}
	}
}

// slack is how far an edge may be off: less than the shortest pulse.
const slack = 30 * time.Millisecond

// measurement is a signal that was shown several times: a machine that stalls
// shows an edge late or not at all, and not the same one each time. Each edge
// counts as it was at its best.
type measurement struct {
	want map[string]string
	best map[string][]time.Duration // how far the edges of a line were off
	odd  string                     // what the last showing had that was not wanted
}

func (m *measurement) show(g *gate.Gate, show func(*gate.Gate), lasts time.Duration, lines []*virtual.Line) {
	g.Signal(checkpoint.SignalDark)
	g.Hold(false)
	time.Sleep(50 * time.Millisecond)
	w := virtual.Watch(lines...)
	show(g)
	time.Sleep(lasts)
	_ = w.Close() // lines that cannot be read have no edges
	edges := w.Edges()
	got := map[string][]virtual.Edge{}
	for _, e := range edges {
		line := e.Line[strings.LastIndex(e.Line, " ")+1:]
		got[line] = append(got[line], e)
	}
	m.odd = ""
	if m.best == nil {
		m.best = map[string][]time.Duration{}
	}
	for _, line := range outputs {
		m.compare(line, got[line], edges)
	}
}

// compare keeps what is better than before of a line that did as often as it
// should.
func (m *measurement) compare(line string, got, all []virtual.Edge) {
	want := strings.Fields(m.want[line])
	if len(got) != len(want) {
		m.odd = fmt.Sprintf("%s changed %d times, want %d", line, len(got), len(want))
		return
	}
	if len(m.best[line]) == 0 {
		m.best[line] = slices.Repeat([]time.Duration{time.Hour}, len(want))
	}
	for i, edge := range want {
		var due int64
		var level rune
		fmt.Sscanf(edge, "%d%c", &due, &level)
		off := (time.Duration(got[i].At-all[0].At) - time.Duration(due)*time.Millisecond).Abs()
		if got[i].High != (level == '+') {
			off = time.Hour
		}
		m.best[line][i] = min(m.best[line][i], off)
	}
}

// worst is how far the worst edge was off.
func (m *measurement) worst() (worst time.Duration) {
	for _, best := range m.best {
		for _, off := range best {
			worst = max(worst, off)
		}
	}
	return worst
}

// wrong says what was never as it should be.
func (m *measurement) wrong() string {
	for _, line := range slices.Sorted(maps.Keys(m.want)) {
		switch best := m.best[line]; {
		case best == nil:
			return "never right: " + m.odd
		case slices.Max(best) > slack:
			return fmt.Sprintf("%s, want %s, was off by %v at best", line, m.want[line], best)
		}
	}
	for _, line := range outputs {
		if _, seen := m.best[line]; !seen {
			return "never right: " + m.odd
		}
	}
	return ""
}
