package main

import (
	"flag"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"checkpoint/cmd/internal/cli"
)

// Each command that the guide names beside a page is there, with its flags, and
// answers offices in the forms that the page's files have.
func TestTheCommandsOfPagesAreThere(t *testing.T) {
	text, err := os.ReadFile("../../docs/collector.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile(`(?m)^\| (/[a-z]*) \|.*\| ([^|]*) \|$`).FindAllStringSubmatch(string(text), -1)
	named := map[string]bool{}
	for _, row := range rows {
		for _, words := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[2], -1) {
			name, flags := words[1], ""
			if i := strings.Index(name, " --"); i >= 0 {
				name, flags = name[:i], name[i+1:]
			}
			named[name] = true
			c := commandAt(command(), strings.Fields(name))
			if c == nil || c.Run == nil {
				t.Errorf("%s: there is no collectord %s", row[1], name)
				continue
			}
			set := flag.NewFlagSet(name, flag.ContinueOnError)
			c.Flags(set)
			for _, f := range strings.Fields(flags) {
				if set.Lookup(strings.TrimLeft(f, "-")) == nil {
					t.Errorf("%s: collectord %s has no %s", row[1], name, f)
				}
			}
			if strings.HasPrefix(name, "report ") && (set.Lookup("out") == nil || set.Lookup("day") == nil || set.Lookup("language") == nil) {
				t.Errorf("collectord %s writes no file of a day in a language", name)
			}
		}
	}
	for _, c := range officeReports() {
		if !named["report "+c.Name] {
			t.Errorf("collectord report %s stands beside no page in the guide", c.Name)
		}
	}
}

func commandAt(c *cli.Command, path []string) *cli.Command {
	if len(path) == 0 {
		return c
	}
	for _, sub := range c.Sub {
		if sub.Name == path[0] {
			return commandAt(sub, path[1:])
		}
	}
	return nil
}

// The log of looks, what waits for a second person and the accounts come by
// command as on their pages: as a table and as a file, to an account with the role
// alone, in either language, and naming nobody who was looked at.
func TestTheDeskReportsComeByCommand(t *testing.T) {
	o := newHeadOffice(t)
	o.twoPeople("route")
	number := o.Case(0).Number + "\n"
	for name, roles := range map[string]string{"chi-huy": "admin", "an": "trace", "binh": "approve"} {
		o.run("", "account", "add", name, "--roles", roles, "--scope", "all")
	}
	o.run("", "report", "quality", "--day", o.day(0), "--account", o.clerk("xa"))
	o.run(number, "report", "contacts", "--reason", "ca 12", "--day", o.day(1), "--account", "an")
	o.fails(number, "report", "route", "--reason", "ca 13", "--account", "an")
	for _, c := range []struct {
		want string
		args []string
	}{
		{`(?m)^\d+ +\d\d:\d\d \d\d/\d\d/\d{4} +an +Contacts +[0-9a-f]{8}… · .*±15 min +ca 12`, []string{"looks"}},
		{`(?m)^\d+ .* xa +List +Not in the data · `, []string{"looks", "--by", "xa"}},
		{`(?m)^\d+ .* an +Route +[0-9a-f]{8}… +ca 13 +waits`, []string{"requests"}},
		{`(?m)^binh +Second person +all +vi `, []string{"accounts", "--find", "BI"}},
	} {
		args := append([]string{"report"}, c.args...)
		text := o.run("", append(args, "--language", "en")...)
		if !regexp.MustCompile(c.want).MatchString(text) || strings.Contains(text, o.Case(0).Number) {
			t.Errorf("%v: no %s in\n%s", c.args, c.want, text)
		}
		if file := o.run("", append(args, "--format", "csv")...); strings.Count(file, "\r\n") != strings.Count(text, "\n") {
			t.Errorf("%v: %d lines, and as a file\n%s", c.args, strings.Count(text, "\n"), file)
		}
	}
	if out := o.run(number, "report", "looks", "--of"); strings.Count(out, "\n") != 2 || !strings.Contains(out, "Người tiếp xúc") {
		t.Errorf("who looked at that person:\n%s", out)
	}
	if out := o.run("", "report", "looks", "--day", o.day(1)); strings.Count(out, "\n") != 1 {
		t.Errorf("a week without looks:\n%s", out)
	}
	for report, may := range map[string]string{"looks": "chi-huy", "accounts": "chi-huy", "requests": "binh", "receipts": "xa"} {
		o.run("", "report", report, "--account", may)
		if out := o.fails("", "report", report, "--account", "an"); !strings.Contains(out, "không được làm việc đó / this account may not do that") {
			t.Errorf("%s without the role: %s", report, out)
		}
	}
	if out := o.run("", "looks", "--verify"); !strings.Contains(out, ", 0 lỗi / faults") {
		t.Errorf("the log: %s", out)
	}
}

// clerk makes an account of a commune's lists.
func (o *headOffice) clerk(name string) string {
	o.t.Helper()
	o.run("", "account", "add", name, "--roles", "lists", "--scope", "commune:"+o.Commune(1))
	return name
}

// What there is not is an error in both languages, and nothing is kept of it.
func TestNoCommandPretends(t *testing.T) {
	o := newHeadOffice(t)
	o.clerk("xa")
	picture := t.TempDir() + "/hours.svg"
	for _, c := range []struct {
		want string
		args []string
	}{
		{"không có xã, huyện hoặc điểm này / there is no such commune, district or checkpoint", []string{"report", "hours", "--site", "nope", "--out", picture}},
		{"không có xã, huyện hoặc điểm này / there is no such commune, district or checkpoint", []string{"report", "daily", "--site", "nope"}},
		{"không có xã, huyện hoặc điểm này / there is no such commune, district or checkpoint", []string{"report", "arrivals", "--district", "nope"}},
		{"ngoài phạm vi được xem / outside of what this account may see", []string{"report", "arrivals", "--end", "destination", "--commune", o.Commune(2), "--account", "xa", "--format", "csv"}},
		{"ngày phải như 2026-11-21 / want a day such as 2026-11-21", []string{"report", "receipts", "--day", "0001-01-01"}},
		{"ngày phải như 2026-11-21 / want a day such as 2026-11-21", []string{"report", "daily", "--day", "hôm qua"}},
		{"--from phải trước --day / --from comes before --day", []string{"report", "looks", "--day", "2026-11-20", "--from", "2026-11-21"}},
		{"--from phải trước --day / --from comes before --day", []string{"report", "contacts", "--reason", "ca 12", "--day", "2026-11-20", "--from", "2026-11-21"}},
		{"không có tài khoản này / there is no such account", []string{"report", "looks", "--by", "nobody"}},
		{"không có tài khoản này / there is no such account", []string{"report", "arrivals", "--account", "nobody"}},
		{"không có tài khoản này / there is no such account", []string{"account", "disable", "nobody"}},
		{"ít nhất là 1 / want at least 1", []string{"looks", "--verify", "--first", "-5"}},
		{"ít nhất là 1 / want at least 1", []string{"looks", "--most", "0"}},
		{"từ năm 1900 đến hôm nay / want a birth date", []string{"person", "correct", "--reason", "thư số 3", "--birth", "0001-01-01"}},
	} {
		if out := o.fails(o.Case(0).Number+"\n", c.args...); !strings.Contains(out, c.want) {
			t.Errorf("%v: %s", c.args, out)
		}
	}
	if _, err := os.Stat(picture); err == nil {
		t.Error("a plot of a checkpoint that is not there")
	}
	if out := o.run("", "report", "receipts", "--language", "en"); strings.Count(out, "\n") != 2 || !strings.Contains(out, "(fetched none)") {
		t.Errorf("receipts of what was refused:\n%s", out)
	}
	sites := o.run("", "report", "sites", "--only", "scanning", "--format", "csv", "--day", o.day(1))
	if n := strings.Count(sites, "\r\n") - 1; n != o.Sites {
		t.Errorf("%s sites that scanned, of %d", strconv.Itoa(n), o.Sites)
	}
}
