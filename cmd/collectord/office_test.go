package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/collector/view"
	"checkpoint/sync/collector/view/provincetest"
	"checkpoint/sync/postgrestest"
)

// headOffice is a province with two recorded days, as its commands see it.
type headOffice struct {
	*provincetest.Province
	t      *testing.T
	config string
	days   [2]time.Time
	name   string // of the database
}

func newHeadOffice(t *testing.T) *headOffice {
	t.Helper()
	c := shared.Cluster(t)
	o := &headOffice{t: t, Province: &provincetest.Province{Seed: 2, Sites: 4, People: 500, Communes: 5, Scans: 400, Cases: 2}, name: shared.Database(t)}
	roles := c.Path("roles.sql")
	o.check(os.WriteFile(roles, []byte(postgres.Roles), 0o644))
	o.check(c.Run("psql", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-o", os.DevNull, "-f", roles))
	_, err := postgres.Migrate(t.Context(), c.URL(o.name))
	o.check(err)
	o.check(o.Places(t.Context(), c.URL(o.name)))
	o.check(o.Register(t.Context(), c.URL(o.name)))
	dir := t.TempDir()
	o.check(os.Chmod(dir, 0o700))
	keys, err := daykeys.Open(dir)
	o.check(err)
	conn, err := pgx.Connect(t.Context(), c.URL(o.name))
	o.check(err)
	defer conn.Close(t.Context())
	o.First = postgres.DayOf(time.Now()).AddDate(0, 0, -5)
	for n := range o.days {
		o.days[n] = o.First.AddDate(0, 0, 4*n) // five days ago, and yesterday
		_, err := o.FillDay(t.Context(), conn, keys, o.days[n])
		o.check(err)
	}
	looks := t.TempDir()
	o.check(os.Chmod(looks, 0o700))
	o.config = filepath.Join(t.TempDir(), "collector.toml")
	o.check(os.WriteFile(o.config, fmt.Appendf(nil, "province = \"mau\"\n[open]\ndatabase = %q\nday_keys = %q\n[view]\ndatabase = %q\nday_keys = %q\n[office]\nlooks_dir = %q\n",
		c.URLFor("checkpoint_open", o.name), dir, c.URLFor("checkpoint_view", o.name), dir, looks), 0o644))
	return o
}

func (o *headOffice) check(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// run runs collectord with text on its standard input.
func (o *headOffice) run(text string, args ...string) string {
	o.t.Helper()
	cmd := collectord(append(args, "--config", o.config)...)
	cmd.Stdin = strings.NewReader(text)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		o.t.Fatalf("collectord %v: %v\n%s", args, err, errs.String())
	}
	return string(out)
}

func (o *headOffice) day(n int) string { return o.days[n].Format(time.DateOnly) }

// What a command writes is what the package answers, and the same in each form.
func TestReportsComeAsTablesAndFiles(t *testing.T) {
	o := newHeadOffice(t)
	for _, args := range [][]string{
		{"report", "arrivals", "--day", o.day(0), "--commune", o.Commune(1)}, {"report", "arrivals", "--day", o.day(0), "--end", "destination"},
		{"report", "daily", "--day", o.day(0)}, {"report", "daily", "--day", o.day(0), "--by", "hour"}, {"report", "daily", "--day", o.day(0), "--by", "commune"},
		{"report", "quality", "--day", o.day(0), "--list", "not-in-data"}, {"report", "papers", "--day", o.day(0)},
		{"report", "sites", "--day", o.day(1)}, {"site", "list", "--only", "no-code"},
		{"report", "route", "--reason", "ca 12"}, {"report", "contacts", "--reason", "ca 12", "--day", o.day(1), "--within", "30m"},
	} {
		number := o.Case(0).Number + "\n"
		table := o.run(number, append(args, "--language", "en")...)
		file := filepath.Join(t.TempDir(), "report.csv")
		o.run(number, append(args, "--language", "en", "--format", "csv", "--out", file)...)
		text, err := os.ReadFile(file)
		o.check(err)
		rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\uFEFF")))).ReadAll()
		o.check(err)
		if n := strings.Count(table, "\n"); n != len(rows) || n < 2 {
			t.Errorf("%v: %d lines as a table, %d as CSV", args, n, len(rows))
		}
		if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o007 != 0 {
			t.Errorf("%v: everybody may read the file: %v", args, err)
		}
		for _, cell := range rows[1] {
			if !strings.Contains(table, strings.TrimPrefix(cell, "'")) {
				t.Errorf("%v: the table lacks %q", args, cell)
			}
		}
	}
}

// The daily report is also a file to print, of as many pages as it takes.
func TestDailyReportIsPrinted(t *testing.T) {
	o := newHeadOffice(t)
	for by, least := range map[string]int{"site": 1, "hour": 1} {
		file := filepath.Join(t.TempDir(), by+".pdf")
		o.run("", "report", "daily", "--day", o.day(0), "--by", by, "--format", "pdf", "--out", file)
		text, err := os.ReadFile(file)
		o.check(err)
		if pages := bytes.Count(text, []byte("/Type /Page\n")); !bytes.HasPrefix(text, []byte("%PDF-")) || pages < least {
			t.Errorf("by %s: %d pages", by, pages)
		}
	}
}

func TestFilesOfPlacesAreTakenIn(t *testing.T) {
	o := newHeadOffice(t)
	write := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		o.check(os.WriteFile(path, []byte(text), 0o644))
		return path
	}
	if out := o.run("", "commune", "import", write("communes.csv", "code,name\n99999,Xã Mới\n")); out != "1 dòng / rows\n" {
		t.Errorf("%q", out)
	}
	o.run("", "commune", "zones", write("zones.csv", "commune,since,level\n99999,2026-01-01,3\n"))
	o.run("", "site", "import", write("sites.csv", "id,name,kind,commune\ncho-moi,Chợ Mới,mall,99999\n"))
	for range 2 { // twice on a day is one reminder
		if out := o.run("", "site", "remind"); strings.Count(out, "\n") != 2 || !strings.Contains(out, "Chợ Mới") {
			t.Errorf("to be reminded:\n%s", out)
		}
	}
	if n := postgrestest.Value[int](t, shared.Cluster(t), o.name, "select reminders from place.site where id = 'cho-moi'"); n != 1 {
		t.Errorf("reminded %d times", n)
	}
	if out := o.run("", "report", "sites", "--only", "ignored"); strings.Contains(out, "Chợ Mới") {
		t.Error("ignored after one reminder")
	}
}

// A request is noted with its times, carried out and closed.
func TestAPersonsRequestIsCarriedOut(t *testing.T) {
	o := newHeadOffice(t)
	number := o.Case(0).Number + "\n"
	if out := o.run("", "person", "ask", "--kind", "delete", "--note", "thư số 12"); !strings.Contains(out, "thư số 12") {
		t.Errorf("asked: %q", out)
	}
	o.run(number, "person", "correct", "--reason", "thư số 12", "--commune", o.Commune(3))
	var file view.PersonFile
	o.check(json.Unmarshal([]byte(o.run(number, "person", "export", "--reason", "thư số 12")), &file))
	if file.Number != o.Case(0).Number || file.Commune != o.Commune(3) || len(file.Records) < 10 {
		t.Errorf("held of the person: %+v", file)
	}
	if out := o.run(number, "person", "delete", "--reason", "thư số 12"); out != fmt.Sprintf("%d lượt / records\n", len(file.Records)) {
		t.Errorf("deleted: %q", out)
	}
	if out := o.run(number, "report", "route", "--reason", "thư số 12"); strings.Count(out, "\n") != 1 {
		t.Errorf("after that the way is\n%s", out)
	}
	o.run("", "person", "done", "1")
	if out := o.run("", "person", "requests"); strings.Contains(out, "thư") {
		t.Errorf("still to be done:\n%s", out)
	}
}

func TestRetainRemovesDaysThatAreOver(t *testing.T) {
	o := newHeadOffice(t)
	count := func() [2]int {
		return [2]int{postgrestest.Value[int](t, shared.Cluster(t), o.name, "select count(*) from opened.scan where day = '"+o.day(0)+"'"),
			postgrestest.Value[int](t, shared.Cluster(t), o.name, "select count(*) from opened.scan where day = '"+o.day(1)+"'")}
	}
	before := count()
	daily := o.run("", "report", "daily", "--day", o.day(0))
	if out := o.run("", "retain", "--keep", "3"); !strings.Contains(out, "1 khoá huỷ") {
		t.Errorf("%q", out)
	}
	if after := count(); before[0] == 0 || after[0] != 0 || after[1] != before[1] {
		t.Errorf("scans %v before, %v after", before, after)
	}
	if o.run("", "report", "daily", "--day", o.day(0)) != daily {
		t.Error("the report of a day that is over changed")
	}
	if out := o.run("", "retain", "--keep", "3"); !strings.Contains(out, "0 khoá huỷ") {
		t.Errorf("again: %q", out)
	}
}
