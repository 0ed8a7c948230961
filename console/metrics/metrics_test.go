package metrics

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"checkpoint"
	"checkpoint/console/control"
)

var update = flag.Bool("update", false, "write docs/metrics.md anew")

// busy is a box that has a value for every metric.
func busy() control.Status {
	now := time.Date(2021, 10, 15, 1, 0, 0, 500e6, time.UTC)
	return control.Status{
		Box: "b1", Province: "mau", Version: `v1 "x"`, Clock: control.Clock{Time: now, Trusted: true},
		Lanes: []control.LaneStatus{{
			Name: "1", Verdict: "refuse", Reason: "R01", Today: map[string]uint64{"admit": 412, "refuse": 3}, Refused: 2,
			Readers: []checkpoint.ReaderState{{Name: "scanner", Connected: false}, {Name: "camera", Connected: true, Sight: checkpoint.SightDark}},
		}},
		Snapshot:    control.Snapshot{Number: 7, Policy: 2, Created: now, FreshHours: 24, NoGreenHours: 48},
		Update:      &control.Update{Offered: 8, Until: now, Done: 5, All: 10},
		Journal:     control.Journal{Waiting: 12, Bytes: 4096, Oldest: now},
		Link:        control.Link{Broker: "ssl://b:8883", Connected: true, Since: now, LastMark: now},
		Certificate: &control.Certificate{Until: now.Add(1000 * time.Hour)}, Commands: &control.Commands{Refused: 1},
		Machine: &control.Machine{Networks: 1, Volts: "x", Celsius: 48.5, Disk: control.Disk{Size: 8e9, Free: 4e9, Wear: 20}},
	}
}

func written(t *testing.T, s control.Status) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, s, Process{Started: time.Unix(1634259600, 0), Memory: 1 << 20, Tasks: 40}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestThePrometheusLinterTakesThem(t *testing.T) {
	text := written(t, busy())
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	for _, m := range list {
		if !strings.Contains(text, "\n"+m.name) {
			t.Errorf("%s: has no value on a box that has everything", m.name)
		}
	}
}

func TestValuesAreThoseOfTheBox(t *testing.T) {
	text := written(t, busy())
	for _, want := range []string{
		`checkpoint_box_info{box="b1",province="mau",version="v1 \"x\""} 1`,
		`checkpoint_decisions_total{lane="1",verdict="admit"} 412`,
		`checkpoint_reader_connected{lane="1",reader="scanner"} 0`,
		`checkpoint_reader_sees{lane="1",reader="camera"} 0`,
		`checkpoint_snapshot_created_timestamp_seconds 1.6342596005e+09`,
		`checkpoint_fault_active{code="SCANNER_GONE",severity="fail",where="1/scanner"} 1`,
		`checkpoint_temperature_celsius 48.5`,
		`checkpoint_disk_worn_ratio 0.2`,
	} {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("no line %s in\n%s", want, text)
		}
	}
}

// What a lane decided last is about a person: with the time of asking it would
// tell who.
func TestNothingTellsOfAPerson(t *testing.T) {
	text := written(t, busy())
	for _, no := range []string{"R01", "reason", "_age", "number="} {
		if strings.Contains(text, no) {
			t.Errorf("the metrics hold %q", no)
		}
	}
	allowed := []string{"box", "province", "version", "code", "severity", "where", "lane", "verdict", "reader"}
	for _, m := range list {
		for _, l := range m.labels {
			if !slices.Contains(allowed, l) {
				t.Errorf("%s has a label %q", m.name, l)
			}
		}
	}
}

// A box out of service has few values, and says so.
func TestABoxOutOfServiceHasMetrics(t *testing.T) {
	text := written(t, control.Status{Fault: "not configured"})
	if !strings.Contains(text, "checkpoint_out_of_service 1\n") || !strings.Contains(text, `code="NOT_CONFIGURED"`) {
		t.Error(text)
	}
	if regexp.MustCompile(`timestamp_seconds -`).MatchString(text) {
		t.Errorf("a moment that never was:\n%s", text)
	}
}

const document = "../../docs/metrics.md"

const introduction = `# Metrics of a box

For Prometheus, in its text format. On the control socket always, and on this machine's own network where
` + "`[metrics] listen`" + ` names an address:

` + "```" + `
curl --unix-socket /run/checkpoint/control.sock http://box/metrics
curl http://127.0.0.1:9273/metrics
` + "```" + `

No metric and no label is about a person. What has an age is a timestamp: subtract it from ` + "`time()`" + `. A metric without a
value now is left out. A first alert: ` + "`checkpoint_fault_active{severity=\"fail\"} == 1`" + `, for each code of ` + "`checkpointctl doctor`" + `.

Those of the province's programs: [collector.md](collector.md#every-day).

This list is made by a test: ` + "`go test ./console/metrics -update`" + `.

| metric | kind | labels | what it is |
|---|---|---|---|
`

func TestTheDocumentListsThem(t *testing.T) {
	var b strings.Builder
	b.WriteString(introduction)
	for _, m := range list {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.name, m.kind, strings.Join(m.labels, ", "), m.help)
	}
	if *update {
		if err := os.WriteFile(document, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(document)
	if err != nil || string(text) != b.String() {
		t.Errorf("docs/metrics.md is not this list (%v): go test ./console/metrics -update", err)
	}
}

// The dashboard asks for nothing that a box does not print.
func TestTheDashboardAsksForWhatThereIs(t *testing.T) {
	board, err := os.ReadFile("../../docs/grafana/checkpoints.json")
	if err != nil {
		t.Fatal(err)
	}
	text, names := written(t, busy()), regexp.MustCompile(`\bcheckpoint_[a-z_]+`).FindAllString(string(board), -1)
	for _, name := range names {
		if !strings.Contains(text, "# TYPE "+name+" ") {
			t.Errorf("the dashboard asks for %s, which no box prints", name)
		}
	}
	if len(names) < 10 {
		t.Errorf("the dashboard asks for %v", names)
	}
}
