package zones_test

import (
	"strings"
	"testing"

	"checkpoint"
	"checkpoint/verify/zones"
)

func date(s string) checkpoint.Date {
	d, err := checkpoint.ParseDate(s)
	if err != nil && s != "" {
		panic(err) // a literal of a test
	}
	return d
}

func row(commune string, level int, from, until string) zones.Row {
	return zones.Row{Commune: commune, Level: level, From: date(from), Until: date(until)}
}

func TestTheLatestRowThatHoldsCounts(t *testing.T) {
	rows := []zones.Row{row("00001", 2, "2021-10-01", ""), row("00001", 4, "2021-10-10", "2021-10-12"), row("10507", 3, "2021-09-01", "2021-09-30")}
	b, err := zones.Encode(rows)
	if err != nil {
		t.Fatal(err)
	}
	table, err := zones.Parse(b)
	if err != nil || table.Len() != 3 {
		t.Fatalf("%d rows, %v", table.Len(), err)
	}
	for _, c := range []struct {
		commune, day string
		want         int
	}{
		{"00001", "2021-09-30", 0}, {"00001", "2021-10-01", 2}, {"00001", "2021-10-10", 4}, {"00001", "2021-10-12", 4},
		{"00001", "2021-10-13", 2}, {"10507", "2021-09-30", 3}, {"10507", "2021-10-01", 0}, {"99999", "2021-10-01", 0}, {"", "2021-10-01", 0},
	} {
		if got := table.Level(c.commune, date(c.day)); got != c.want {
			t.Errorf("%s on %s: level %d, want %d", c.commune, c.day, got, c.want)
		}
	}
	if again, _ := zones.Encode([]zones.Row{rows[2], rows[1], rows[0]}); string(again) != string(b) {
		t.Error("the order of the rows shows in the bytes")
	}
	if (*zones.Table)(nil).Level("00001", date("2021-10-01")) != 0 {
		t.Error("no table, yet a level")
	}
}

func TestWhatNoRuleCouldReadIsRefused(t *testing.T) {
	for name, rows := range map[string][]zones.Row{
		"level": {row("00001", 5, "2021-10-01", "")}, "no day": {row("00001", 1, "2021-10", "")}, "ends before": {row("00001", 1, "2021-10-02", "2021-10-01")},
		"blank": {row("0 1", 1, "2021-10-01", "")}, "long": {row("123456789", 1, "2021-10-01", "")}, "two at once": {row("1", 1, "2021-10-01", ""), row("1", 2, "2021-10-01", "")},
	} {
		if _, err := zones.Encode(rows); err == nil {
			t.Errorf("%s: encoded", name)
		}
	}
	for _, text := range []string{"", "zones 2\n", "zones 1\n00001 2 2021-10-01", "zones 1\n00001 2 2021-10-01 -\n\n", "zones 1\n00001 +2 2021-10-01 -\n", "zones 1\n2 1 2021-10-01 -\n1 1 2021-10-01 -\n"} {
		if _, err := zones.Parse([]byte(text)); err == nil {
			t.Errorf("%q: parsed", text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("zones 1\n00001 2 2021-10-01 -\n00002 4 2021-10-01 2021-10-05\n"))
	f.Add([]byte(strings.Repeat("zones 1\n", 2)))
	f.Fuzz(func(t *testing.T, b []byte) {
		table, err := zones.Parse(b)
		if err == nil && table.Len() != strings.Count(string(b), "\n")-1 {
			t.Errorf("%d rows of %q", table.Len(), b)
		}
	})
}
