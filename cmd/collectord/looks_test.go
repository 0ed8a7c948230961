package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"checkpoint/sync/postgrestest"
)

// fails runs collectord, which must not do it, and returns what it says.
func (o *headOffice) fails(text string, args ...string) string {
	o.t.Helper()
	cmd := collectord(append(args, "--config", o.config)...)
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.CombinedOutput()
	if _, ok := err.(*exec.ExitError); !ok {
		o.t.Fatalf("collectord %v did it: %v\n%s", args, err, out)
	}
	return string(out)
}

// twoPeople has such looks approved by a second person.
func (o *headOffice) twoPeople(what string) {
	o.t.Helper()
	text, err := os.ReadFile(o.config)
	o.check(err)
	o.check(os.WriteFile(o.config, append(text, "two_person = [\""+what+"\"]\n"...), 0o644))
}

// Every command that shows or changes a person stands in the log, in order, and
// none of them names anybody there.
func TestCommandsStandInTheLog(t *testing.T) {
	o := newHeadOffice(t)
	number := o.Case(0).Number + "\n"
	for _, args := range [][]string{
		{"report", "arrivals", "--day", o.day(0), "--commune", o.Commune(1)}, {"report", "quality", "--day", o.day(0)},
		{"report", "papers", "--day", o.day(0)}, {"report", "corrections", "--day", o.day(0)},
		{"report", "route", "--reason", "ca 12"}, {"report", "contacts", "--reason", "ca 12", "--day", o.day(1)},
		{"person", "export", "--reason", "thư số 3"}, {"person", "correct", "--reason", "thư số 3", "--name", "Tên Khác"}, {"person", "delete", "--reason", "thư số 3"},
	} {
		o.run(number, args...)
	}
	log := o.run("", "looks")
	for _, want := range []string{"  list  ", "arrivals/origin/" + o.Commune(1), "quality/not-in-data", "papers", "  route  ", "  contacts  ", "±15m", "  export  ", "  correct  ", "  delete  ", "thư số 3", "os:"} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %q:\n%s", want, log)
		}
	}
	if n := strings.Count(log, "\n"); n != 2+9 || strings.Contains(log, o.Case(0).Number) || strings.Contains(log, "Tên Khác") {
		t.Errorf("%d lines:\n%s", n, log)
	}
	if out := o.run(number, "looks", "--of"); strings.Count(out, "\n") != 2+5 {
		t.Errorf("who looked at that person:\n%s", out)
	}
	if out := o.run("", "looks", "--verify"); out != "9 dòng / lines, 0 lỗi / faults\n" {
		t.Errorf("%q", out)
	}
	shared.Cluster(t).Exec(t, o.name, "delete from office.look where n = 5")
	if out := o.fails("", "looks", "--verify"); !strings.Contains(out, "8 dòng / lines, 1 lỗi / faults\nDòng 5: bị mất / line 5: missing\n") {
		t.Errorf("a line was removed: %q", out)
	}
	if out := o.run("", "looks", "--verify", "--first", "6"); out != "4 dòng / lines, 0 lỗi / faults\n" {
		t.Errorf("behind it: %q", out)
	}
}

// What cannot be logged is not shown.
func TestNothingIsShownWithoutTheLog(t *testing.T) {
	o := newHeadOffice(t)
	shared.Cluster(t).Exec(t, o.name, "revoke insert on office.look from checkpoint_view")
	number := o.Case(0).Number + "\n"
	for _, args := range [][]string{{"report", "arrivals", "--day", o.day(0)}, {"report", "route", "--reason", "ca 12"}, {"person", "export", "--reason", "ca 12"}, {"person", "delete", "--reason", "ca 12"}} {
		if out := o.fails(number, args...); strings.Contains(out, o.Case(0).Number) || !strings.Contains(out, "permission denied") {
			t.Errorf("%v: %s", args, out)
		}
	}
	if n := postgrestest.Value[int](t, shared.Cluster(t), o.name, "select count(*) from opened.scan where who is null and tag is not null"); n != 0 {
		t.Errorf("%d scans were changed", n)
	}
}

// Two people follow a person together, by commands alone.
func TestASecondPersonApproves(t *testing.T) {
	o := newHeadOffice(t)
	o.twoPeople("route")
	number := o.Case(0).Number + "\n"
	an := strings.TrimSpace(o.run("", "account", "add", "an", "--roles", "trace approve", "--scope", "all"))
	binh := strings.TrimSpace(o.run("", "account", "add", "binh", "--roles", "approve", "--scope", "all"))
	route := []string{"report", "route", "--reason", "ca 12", "--account", "an"}
	said := o.fails(number, route...)
	request := regexp.MustCompile(`request (\d+)`).FindStringSubmatch(said)
	if request == nil || !strings.Contains(said, "collectord second approve "+request[1]) {
		t.Fatalf("it says %s", said)
	}
	if out := o.run("", "second", "list", "--account", "binh"); !strings.Contains(out, "ca 12") {
		t.Errorf("to be approved:\n%s", out)
	}
	o.fails(an+"\n", "second", "approve", request[1], "--account", "an")     // who asked
	o.fails("wrong\n", "second", "approve", request[1], "--account", "binh") // anybody
	o.run(binh+"\n", "second", "approve", request[1], "--account", "binh")
	if out := o.run(number, route...); strings.Count(out, "\n") < 3 {
		t.Errorf("the way:\n%s", out)
	}
	if out := o.run("", "looks", "--account", "an"); !regexp.MustCompile(`an +binh +route `).MatchString(out) {
		t.Errorf("the log:\n%s", out)
	}
}

// A list that is made for an account each night is fetched as one from its page is;
// what somebody reads on the terminal, or the machine makes for itself, is not.
func TestAScheduledListIsAReceipt(t *testing.T) {
	o := newHeadOffice(t)
	o.run("", "account", "add", "xa", "--roles", "lists", "--scope", "commune:"+o.Commune(1))
	list := []string{"report", "arrivals", "--day", o.day(0), "--commune", o.Commune(1)}
	o.run("", append(list, "--format", "csv")...)
	o.run("", append(list, "--account", "xa")...)
	if out := o.run("", "report", "receipts", "--day", o.day(0), "--language", "en"); !strings.Contains(out, "(fetched none)") || strings.Contains(out, "os:") {
		t.Errorf("before it is fetched:\n%s", out)
	}
	file := o.run("", append(list, "--account", "xa", "--format", "csv")...)
	rows := strconv.Itoa(strings.Count(file, "\r\n") - 1)
	o.run("", "report", "papers", "--day", o.day(0), "--account", "xa", "--format", "pdf", "--out", filepath.Join(t.TempDir(), "papers.pdf"))
	out := o.run("", "report", "receipts", "--day", o.day(0), "--language", "en")
	if !regexp.MustCompile(`(?m)^xa +arrivals/origin/`+o.Commune(1)+` +\S+ \S+ +1 +`+rows+` `).MatchString(out) || !regexp.MustCompile(`(?m)^xa +papers `).MatchString(out) {
		t.Errorf("after it, with %s rows:\n%s", rows, out)
	}
}

// A correction is seen by whoever approves it, by commands alone.
func TestACorrectionIsSeenByCommandsToo(t *testing.T) {
	o := newHeadOffice(t)
	o.twoPeople("correct")
	person := o.Case(0)
	binh := strings.TrimSpace(o.run("", "account", "add", "binh", "--roles", "approve", "--scope", "all"))
	correct := []string{"person", "correct", "--reason", "thư số 3", "--name", "Tên Khác"}
	said := o.fails(person.Number+"\n", correct...)
	request := regexp.MustCompile(`request (\d+)`).FindStringSubmatch(said)
	if request == nil {
		t.Fatalf("it says %s", said)
	}
	o.fails(binh+"\n", "second", "approve", request[1], "--account", "binh")
	o.fails("wrong\n", "second", "see", request[1], "--account", "binh")
	if out := o.run(binh+"\n", "second", "see", request[1], "--account", "binh"); !strings.Contains(out, person.Name) || !strings.Contains(out, "Tên Khác") || !strings.Contains(out, person.Number) {
		t.Errorf("what is seen:\n%s", out)
	}
	o.run(binh+"\n", "second", "approve", request[1], "--account", "binh")
	if out := o.run(person.Number+"\n", correct...); !strings.Contains(out, "corrected") {
		t.Errorf("%s", out)
	}
	if out := o.run("", "looks", "--verify"); !strings.Contains(out, ", 0 lỗi / faults") {
		t.Errorf("the log: %s", out)
	}
}

// An account's scope holds for commands, too.
func TestAnAccountSeesItsOwnPeopleByCommandsToo(t *testing.T) {
	o := newHeadOffice(t)
	o.run("", "account", "add", "xa", "--roles", "lists", "--scope", "commune:"+o.Commune(1))
	all := o.run("", "report", "arrivals", "--day", o.day(0))
	own := o.run("", "report", "arrivals", "--day", o.day(0), "--account", "xa")
	asked := o.run("", "report", "arrivals", "--day", o.day(0), "--commune", o.Commune(1))
	if own != asked || len(own) >= len(all) {
		t.Errorf("%d lines of its own, %d of its commune, %d of all", strings.Count(own, "\n"), strings.Count(asked, "\n"), strings.Count(all, "\n"))
	}
	if out := o.fails("", "report", "arrivals", "--day", o.day(0), "--account", "xa", "--commune", o.Commune(2)); !strings.Contains(out, "outside of what this account may see") {
		t.Errorf("another commune: %s", out)
	}
	if out := o.fails(o.Case(0).Number+"\n", "report", "route", "--reason", "ca 12", "--account", "xa"); !strings.Contains(out, "may not do that") {
		t.Errorf("a route: %s", out)
	}
	o.run("", "account", "disable", "xa")
	if out := o.fails("", "report", "arrivals", "--account", "xa"); !strings.Contains(out, "disabled") {
		t.Errorf("disabled: %s", out)
	}
}

func TestAccountsAreKeptByCommands(t *testing.T) {
	o := newHeadOffice(t)
	dir := t.TempDir()
	file, passwords := filepath.Join(dir, "xa.csv"), filepath.Join(dir, "first.csv")
	o.check(os.WriteFile(file, []byte("name,scope,roles\nxa-1,commune:10501,\nxa-2,commune:10502,lists\n"), 0o644))
	if out := o.run("", "account", "import", file, "--out", passwords); !strings.HasPrefix(out, "2 mới / made, 0 đổi / changed") {
		t.Errorf("%q", out)
	}
	text, err := os.ReadFile(passwords)
	o.check(err)
	if info, err := os.Stat(passwords); err != nil || info.Mode().Perm() != 0o600 || !regexp.MustCompile(`^name,password\nxa-1,\S{19}\nxa-2,\S{19}\n$`).Match(text) {
		t.Errorf("%v, %v\n%s", info.Mode(), err, text)
	}
	o.fails("", "account", "import", file, "--out", passwords) // others' passwords are in it
	o.check(os.WriteFile(file, []byte("name,scope\nxa-3,nowhere\n"), 0o644))
	other := filepath.Join(dir, "other.csv")
	if out := o.fails("", "account", "import", file, "--out", other); !strings.Contains(out, "line 2: ") {
		t.Errorf("%s", out)
	}
	if _, err := os.Stat(other); err == nil {
		t.Error("a file for passwords that there are not")
	}
	first := o.run("", "account", "add", "an", "--roles", "admin", "--scope", "all")
	if again := o.run("", "account", "password", "an"); again == first || len(again) != 20 {
		t.Errorf("%q, then %q", first, again)
	}
	if out := o.run("một mật khẩu đủ dài\n", "account", "password", "--typed", "an"); out != "" {
		t.Errorf("%q", out)
	}
	o.fails("ngắn\n", "account", "password", "--typed", "an")
	list := o.run("", "account", "list")
	for _, want := range []string{"an  +admin +all ", "xa-1 +reports sites +commune:10501 ", "xa-2 +lists +commune:10502 "} {
		if !regexp.MustCompile(want).MatchString(list) {
			t.Errorf("lacks %q:\n%s", want, list)
		}
	}
}
