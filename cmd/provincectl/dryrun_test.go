package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/store/journal"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/postgrestest"
	"checkpoint/verify"
)

// tool runs provincectl in this process.
func tool(t *testing.T, args ...string) (out string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code = cli.Main(t.Context(), command(10), cli.IO{In: strings.NewReader(""), Out: &stdout, Err: &stderr}, args)
	if code != 0 {
		t.Log(stderr.String())
	}
	return stdout.String(), code
}

// recorded is a day of a box: every card of the sample shown and typed, then papers
// two by two, its decisions in a journal. It returns the records, and how many of the
// single ones asked a rule.
func recorded(t *testing.T, dir string, at time.Time) (all []postgres.Entry, ruled int) {
	t.Helper()
	trust, err := snapshot.ReadTrust(filepath.Join(dir, "keys", keys.ProvinceFile))
	must(t, err)
	pepper, err := snapshot.ReadPepper(filepath.Join(dir, "keys", keys.PepperFile))
	must(t, err)
	box := snapshot.NewBox(filepath.Join(dir, "box"), trust, pepper)
	_, err = box.Load(filepath.Join(dir, "snap"), snapshot.Incoming{})
	must(t, err)
	holder := snapshots.NewHolder(box)
	defer holder.Close()
	_, err = holder.Reload()
	must(t, err)
	key, err := keys.BoxSigner(filepath.Join(dir, "box.key"))
	must(t, err)
	public, err := keys.RecordsPublic(trust)
	must(t, err)
	j, err := journal.Open(journal.Options{Dir: filepath.Join(dir, "journal"), Province: "mau", Box: "gate-1", BoxKey: key, ProvinceKey: public})
	must(t, err)
	v := &verify.Verifier{Source: holder, Clock: clock(at)}
	keep := func(r checkpoint.Record) checkpoint.Position {
		r.Time, r.Trusted, r.Lane, r.Direction = at, true, "1", checkpoint.In
		p, err := j.Append(t.Context(), r)
		must(t, err)
		all = append(all, postgres.Entry{Box: "gate-1", At: p, Record: r})
		return p
	}
	decide := func(scan checkpoint.Scan) checkpoint.Position {
		d := v.Verify(t.Context(), scan, checkpoint.LaneInfo{SiteType: "building", Direction: checkpoint.In})
		if d.Rule != "" && scan.Before == nil {
			ruled++
		}
		return keep(checkpoint.Record{Kind: checkpoint.RecordDecision, Verdict: d.Verdict, Reason: d.Reason, Findings: d.Findings,
			Rule: d.Rule, Snapshot: d.Snapshot, Policy: d.Policy, Format: d.Credential.Format, Document: d.Credential.Kind, Number: d.Credential.Number})
	}
	cards := sampleCards(t, dir)
	for _, scan := range shown(cards) {
		decide(scan)
		at = at.Add(10 * time.Second)
	}
	insurance := healthCard(t, dir, cards[0])
	for _, pair := range [][2]string{{insurance, cards[0]}, {cards[0], insurance}} { // of the second pair the card is decided on again
		first := checkpoint.Scan{Payload: []byte(pair[0])}
		given := decide(first)
		at = at.Add(10 * time.Second)
		keep(checkpoint.Record{Kind: checkpoint.RecordOutcome, Outcome: checkpoint.Undecided, Refers: given})
		decide(checkpoint.Scan{Payload: []byte(pair[1]), Before: &first})
		at = at.Add(10 * time.Second)
	}
	must(t, j.Close())
	return all, ruled
}

// healthCard is the health-insurance card of whoever has a chip card.
func healthCard(t *testing.T, dir, card string) string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "sample", "people.csv"))
	must(t, err)
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	must(t, err)
	number, rest, _ := strings.Cut(card, "|")
	name := strings.Split(rest, "|")[1]
	birth := strings.Split(rest, "|")[2]
	for _, row := range rows {
		if row[0] == number && row[7] != "" {
			return fmt.Sprintf("%s|%x|%s/%s/%s|1|-|30 - 001|01/01/2021|-|01/01/2021|30000000000001|-|4|01/01/2026|0f0f0f0f0f0f0f0f-1|4|%x|$",
				row[7], name, birth[:2], birth[2:4], birth[4:], "BHXH")
		}
	}
	t.Fatal("the sample person has no health card")
	return ""
}

// shown is each card scanned, and its number typed.
func shown(cards []string) (scans []checkpoint.Scan) {
	for _, card := range cards {
		scans = append(scans, checkpoint.Scan{Payload: []byte(card)})
		f := strings.Split(card, "|")
		if len(f) < 4 {
			continue
		}
		if typed, err := checkpoint.ParseTyped(f[0], f[3], false); err == nil {
			scans = append(scans, checkpoint.Scan{Payload: []byte(typed.Number), ByHand: &typed})
		}
	}
	return scans
}

type clock time.Time

func (c clock) Now() (time.Time, bool) { return time.Time(c), true }

func sampleCards(t *testing.T, dir string) (payloads []string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "sample", "cards", "cards.json"))
	must(t, err)
	var cards []struct{ Payload string }
	must(t, json.Unmarshal(b, &cards))
	for _, c := range cards {
		payloads = append(payloads, c.Payload)
	}
	return payloads
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A day's decisions under the policy that made them come out as recorded, every
// one; under another they differ by what was changed, and nobody is named.
func TestADayUnderNewRules(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if _, code := tool(t, "sample", "--people", "400", "--date", "2025-03-01", "--out", "sample"); code != 0 {
		t.Fatalf("sample: exit %d", code)
	}
	text, err := os.ReadFile("sample/policy.toml")
	must(t, err)
	rules, _, _ := strings.Cut(string(text), "[[test]]") // its tests say what it was
	const second = "[[rule]]\nid = \"two-papers\"\nwhen = 'card.with == \"bhyt\"'\nverdict = \"admit\"\nreason = \"G1\"\n\n"
	rules = strings.Replace(rules, "[[rule]]", second+"[[rule]]", 1)
	must(t, os.WriteFile("old.toml", []byte(rules), 0o600))
	for _, args := range [][]string{
		{"keys", "init", "--province", "mau", "--stretch=false", "--out", "keys"},
		{"snapshot", "build", "--policy", "old.toml", "--people", "sample/people.csv", "--doses", "sample/doses.csv", "--cases", "sample/cases.csv", "--withdrawn", "sample/withdrawn.csv", "--keys", "keys", "--created", "2025-03-01T02:00:00+07:00", "--out", "snap"},
		{"snapshot", "sign", "--key", "keys/officer-1.key", "snap"}, {"snapshot", "sign", "--key", "keys/officer-2.key", "snap"},
	} {
		if _, code := tool(t, args...); code != 0 {
			t.Fatalf("%v: exit %d", args, code)
		}
	}
	all, ruled := recorded(t, dir, time.Date(2025, 3, 1, 8, 0, 0, 0, time.FixedZone("+07", 7*60*60)))
	if ruled < 8 {
		t.Fatalf("%d cards asked a rule", ruled)
	}
	from := []string{"--journal", "journal", "--records-key", "keys/records.key"}
	dryRun := func(policy string) string {
		t.Helper()
		out, code := tool(t, slices.Concat([]string{"policy", "dry-run", "--snapshot", "snap"}, from, []string{policy})...)
		if code != 0 {
			t.Fatalf("exit %d", code)
		}
		return out
	}
	same := dryRun("old.toml")
	// The pair whose second paper is on no record is left out, the other repeated.
	want := []string{` 0  quy định cũ không`, `(?m)^ +1  cùng giấy thứ hai`, `(?m)^ +` + strconv.Itoa(ruled+1) + `  đã so / compared$`, ` 0  đổi kết quả`}
	rules = strings.Replace(rules, "number = 1", "number = 2", 1)
	rules = strings.Replace(rules, second, strings.Replace(second, "admit\"\nreason = \"G1", "refer\"\nreason = \"A10", 1), 1)
	const child = "when = 'card.age >= 0 && card.age < 18'\nverdict = "
	rules = strings.Replace(rules, child+"\"refer\"\nreason = \"A11\"", child+"\"admit\"\nreason = \"G1\"", 1)
	must(t, os.WriteFile("new.toml", []byte(rules), 0o600))
	other := dryRun("new.toml")
	for _, c := range []struct {
		out  string
		want []string
	}{{same, want}, {other, []string{`KIỂM TRA A11 \(child\) -> MỜI QUA G1 \(child\)$`, ` 1  MỜI QUA G1 \(two-papers\) -> KIỂM TRA A10 \(two-papers\)$`, ` [1-9]  đổi kết quả`, `MỜI QUA / GO`}}} {
		for _, w := range c.want {
			if !regexp.MustCompile("(?m)" + w).MatchString(c.out) {
				t.Errorf("want %q in\n%s", w, c.out)
			}
		}
		if regexp.MustCompile(`[0-9]{9}|Nguyễn|Trần`).MatchString(c.out) {
			t.Errorf("names somebody:\n%s", c.out)
		}
	}
	// What was opened into the province's database says the same.
	days := filepath.Join(dir, "days")
	from = []string{"--journal", "2025-03-01", "--database", opened(t, days, all), "--day-keys", days}
	for file, journal := range map[string]string{"old.toml": same, "new.toml": other} {
		if out := dryRun(file); out != journal {
			t.Errorf("of the database:\n%s\nof the journal:\n%s", out, journal)
		}
	}
	from = append(from, "--box", "gate-2")
	if _, code := tool(t, slices.Concat([]string{"policy", "dry-run", "--snapshot", "snap"}, from, []string{"new.toml"})...); code != 1 {
		t.Errorf("of a box that sent nothing: exit %d", code)
	}
	if _, code := tool(t, "policy", "dry-run", "--journal", "journal", "--records-key", "keys/records.key", "new.toml"); code != 2 {
		t.Errorf("without a snapshot: exit %d", code)
	}
}

// opened is a province's database with those records in it, as the view reads it.
func opened(t *testing.T, dir string, all []postgres.Entry) (url string) {
	t.Helper()
	c := postgrestest.Start(t)
	roles := c.Path("roles.sql")
	must(t, os.WriteFile(roles, []byte(postgres.Roles), 0o644))
	must(t, c.Run("psql", "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", "-d", "postgres", "-o", os.DevNull, "-f", roles))
	_, err := postgres.Migrate(t.Context(), c.URLFor("checkpoint_owner", "checkpoint"))
	must(t, err)
	must(t, os.Mkdir(dir, 0o750))
	days, err := daykeys.Open(dir)
	must(t, err)
	conn, err := pgx.Connect(t.Context(), c.URL("checkpoint"))
	must(t, err)
	defer conn.Close(t.Context())
	filling := postgres.Filling{Days: days, Today: postgres.DayOf(all[0].Time)}
	must(t, filling.Store(t.Context(), conn, all))
	return c.URLFor("checkpoint_view", "checkpoint")
}
