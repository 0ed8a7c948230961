package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"checkpoint/store/stages"
	"checkpoint/sync/collector/view/provincetest"
	"checkpoint/sync/wire"
)

// scraped is what a daemon tells Prometheus, once it is up.
func scraped(t *testing.T, address string) string {
	t.Helper()
	for late := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		answer, err := http.Get("http://" + address + "/metrics")
		if err != nil && time.Now().Before(late) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
}

// wellFormed has Prometheus' own judge look at metrics.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	problems, err := promlint.New(strings.NewReader(text)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Errorf("%s: %s", problem.Metric, problem.Text)
	}
}

// A box's own word reaches the metrics, and the dashboard asks for nothing that
// the daemons do not print.
func TestTheFleetIsCountedForTheDashboard(t *testing.T) {
	p := newProvince(t)
	p.daemon("receive")
	p.daemon("open")
	p.box(0).SetHealth(wire.Health{At: time.Now().Unix(), Snapshot: 41, SnapshotOf: 1_700_000_000, CertUntil: 1_900_000_000, Waiting: 12,
		Lanes: []wire.Lane{{Name: "1", State: wire.LaneReady}, {Name: "2", State: wire.LaneFaulty, Fault: "SCANNER_GONE"}}})
	p.eventually("select count(*) from fleet.health where snapshot = 41 and state = 'ready'", 1)
	receiver, opener := scraped(t, p.receive), scraped(t, p.open)
	wellFormed(t, receiver)
	wellFormed(t, opener)
	for _, want := range []string{
		"collector_fleet_boxes 1", "collector_fleet_silent_boxes 0", "collector_fleet_waiting_records 12", `collector_fleet_lanes{state="ready"} 1`,
		`collector_fleet_lanes{state="faulty"} 1`, `collector_fleet_lanes{state="silent"} 0`, "collector_fleet_oldest_snapshot_timestamp_seconds 1700000000",
		"collector_fleet_certificate_end_timestamp_seconds 1900000000",
	} {
		if !strings.Contains(receiver, "\n"+want+"\n") {
			t.Errorf("no line %s in\n%s", want, receiver)
		}
	}
	names := dashboardNames(t)
	for _, name := range names {
		if !strings.HasPrefix(name, "checkpoint_") && !strings.HasPrefix(name, "pages_") && !strings.Contains(receiver+opener, "# TYPE "+name+" ") {
			t.Errorf("the dashboard asks for %s, which no daemon prints", name)
		}
	}
	if len(names) < 10 {
		t.Errorf("the dashboard asks for %v", names)
	}
}

// dashboardNames are the metrics that docs/grafana asks for.
func dashboardNames(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/grafana/checkpoints.json")
	if err != nil {
		t.Fatal(err)
	}
	var board struct {
		Panels []struct {
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &board); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, panel := range board.Panels {
		for _, target := range panel.Targets {
			names = append(names, regexp.MustCompile(`\b(checkpoint|collector|opener|pages)_[a-z_]+`).FindAllString(target.Expr, -1)...)
		}
	}
	return names
}

// The reports of boxes, snapshots and sites are commands, too, in both languages.
func TestTheFleetIsReported(t *testing.T) {
	o := newHeadOffice(t)
	o.Sites = 40
	c := shared.Cluster(t)
	o.check(o.Places(t.Context(), c.URL(o.name)))
	o.check(o.Fleet(t.Context(), c.URL(o.name), time.Now()))
	lines := func(args ...string) int { return strings.Count(o.run("", args...), "\n") - 1 }
	for _, q := range []struct {
		args []string
		want int
	}{
		{[]string{"report", "fleet"}, 80}, {[]string{"report", "fleet", "--need", "silent"}, 6}, {[]string{"report", "fleet", "--state", "faulty"}, 1}, {[]string{"report", "fleet", "--software", provincetest.OlderSoftware}, 20},
		{[]string{"report", "fleet", "--attention", "--search", o.Box(3)}, 2}, {[]string{"report", "rollout"}, 40}, {[]string{"report", "weekly"}, 5 + 1},
		{[]string{"report", "sites", "--only", "not-installed"}, 0},
	} {
		if n := lines(q.args...); n != q.want {
			t.Errorf("%v: %d lines, want %d", q.args, n, q.want)
		}
	}
	for _, q := range []struct {
		args []string
		want string
	}{
		{[]string{"map", "--language", "en"}, "Map of checkpoints"}, {[]string{"map"}, "Bản đồ các điểm kiểm soát"}, {[]string{"hours", "--day", o.day(0), "--site", o.Site(0)}, "Người theo giờ"},
	} {
		file := filepath.Join(t.TempDir(), "picture.svg")
		o.run("", append(append([]string{"report"}, q.args...), "--out", file)...)
		picture, err := os.ReadFile(file)
		o.check(err)
		if !strings.HasPrefix(string(picture), "<svg ") || !strings.Contains(string(picture), q.want) || strings.Count(string(picture), "<g><title>") < 24 {
			t.Errorf("%v: %.300s", q.args, picture)
		}
	}
	for language, want := range map[string]string{"vi": "MẤT MẠNG", "en": "OFFLINE"} {
		if out := o.run("", "report", "fleet", "--language", language); !strings.Contains(out, want) {
			t.Errorf("%s: no %q in\n%s", language, want, out)
		}
	}
	plan, err := stages.New(provincetest.Newest, stages.Options{Canaries: []string{o.Box(0)}, Shares: []int{stages.Everybody}, Begin: time.Now(), Wait: time.Hour})
	o.check(err)
	raw, err := plan.Custom()
	o.check(err)
	file := filepath.Join(t.TempDir(), "rollout.json")
	o.check(os.WriteFile(file, *raw, 0o644))
	if out := o.run("", "report", "rollout", "--language", "en", "--plan", file); !regexp.MustCompile(`(?m)^1 +` + o.Box(0) + ` .* has it`).MatchString(out) {
		t.Errorf("the canary is not in the first stage:\n%s", out)
	}
	for _, bad := range [][]string{{"report", "fleet", "--need", "x"}, {"report", "fleet", "--state", "x"}, {"report", "rollout", "--plan", "absent.json"}} {
		o.fails("", bad...)
	}
}
