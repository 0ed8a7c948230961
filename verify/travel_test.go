package verify_test

import (
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/verify/zones"
)

// communes has where everybody of these tests comes from (00001) and where the
// lanes stand (10507) at a level each.
func communes(t testing.TB, from, here int) *zones.Table {
	t.Helper()
	b, err := zones.Encode([]zones.Row{{Commune: "00001", Level: from, From: day(20)}, {Commune: "10507", Level: here, From: day(20)}})
	must(t, err)
	table, err := zones.Parse(b)
	must(t, err)
	return table
}

func (d desk) at(siteType string, direction checkpoint.Direction, levels *zones.Table) desk {
	d.data = copied(d.data)
	d.data.Zones, d.lane = levels, checkpoint.LaneInfo{SiteType: siteType, Direction: direction, Commune: "10507"}
	return d
}

// tested is a sample taken so many hours ago.
func tested(kind string, positive bool, hours int) input.Test {
	return input.Test{Kind: kind, Positive: positive, Taken: today().Add(-time.Duration(hours) * time.Hour)}
}

func TestPlacesAskForDifferentPapers(t *testing.T) {
	o := newOffice(t)
	vaccinated, once, none, child, positive := person(1), person(2), person(3), person(4), person(5)
	once.doses, once.tests = once.doses[:1], []input.Test{tested(input.TestRapid, false, 80), tested(input.TestRapid, false, 30)}
	none.doses, none.tests = nil, []input.Test{tested(input.TestPCR, false, 73)}
	child.doses, child.Birth, child.Number = nil, date("2015-05-04"), "001215900004"
	positive.tests = []input.Test{tested(input.TestPCR, true, 100), tested(input.TestPCR, false, 200)}
	d := o.desk(t, []life{vaccinated, once, none, child, positive})
	stranger := person(9)
	declares := func(l life) []byte { return []byte(o.declares(l)) }
	for name, c := range map[string]struct {
		at     desk
		who    life
		before []byte // shown before the card
		want   string // reason rule
	}{
		"in with the card alone":                  {d.at("gateway", checkpoint.In, communes(t, 2, 2)), vaccinated, nil, "A14 gateway-declaration-wanted"},
		"in with card and signed declaration":     {d.at("gateway", checkpoint.In, communes(t, 2, 2)), vaccinated, declares(vaccinated), "G1 two-doses"},
		"in with card and code of a declaration":  {d.at("gateway", checkpoint.In, communes(t, 2, 2)), vaccinated, []byte(o.coded(vaccinated)), "G1 two-doses"},
		"in from a red commune":                   {d.at("gateway", checkpoint.In, communes(t, 4, 2)), vaccinated, declares(vaccinated), "A02 gateway-red-zone"},
		"in from a red commune, tested":           {d.at("gateway", checkpoint.In, communes(t, 4, 2)), once, declares(once), "G1 gateway-tested"},
		"in with a test of 73 hours":              {d.at("gateway", checkpoint.In, communes(t, 2, 2)), none, declares(none), "R05 no-dose"},
		"in from another province, card alone":    {d.at("gateway", checkpoint.In, communes(t, 2, 2)), stranger, nil, "A15 other-province"},
		"in from another province, declared":      {d.at("gateway", checkpoint.In, communes(t, 2, 2)), stranger, declares(stranger), "G1 stranger-declared"},
		"the same, out of a red commune":          {d.at("gateway", checkpoint.In, communes(t, 4, 2)), stranger, declares(stranger), "A15 other-province"},
		"another province, another's declaration": {d.at("gateway", checkpoint.In, communes(t, 2, 2)), stranger, declares(vaccinated), "A15 other-province"},
		"another province, vaccine passport":      {d.at("gateway", checkpoint.In, communes(t, 2, 2)), stranger, []byte(o.vaccinated(stranger)), "G1 stranger-vaccinated"},
		"another province, passport at an office": {d.at("building", checkpoint.In, communes(t, 2, 2)), stranger, []byte(o.vaccinated(stranger)), "A01 not-in-data"},
		"out of a yellow commune":                 {d.at("gateway", checkpoint.Out, communes(t, 2, 2)), none, nil, "G1 gateway-out"},
		"out of an orange commune":                {d.at("gateway", checkpoint.Out, communes(t, 2, 3)), none, nil, "A14 gateway-declaration-wanted"},
		"a child at a station":                    {d.at("station", checkpoint.In, nil), child, nil, "G1 station-child"},
		"one dose at a station":                   {d.at("station", checkpoint.In, communes(t, 2, 3)), once, nil, "G1 station-dose-or-test"},
		"one dose in a mall, no levels known":     {d.at("mall", checkpoint.In, nil), once, nil, "G1 mall-one-dose"},
		"one dose in a mall in an orange commune": {d.at("mall", checkpoint.In, communes(t, 2, 3)), once, nil, "A02 one-dose"},
		"two doses at an airport":                 {d.at("airport", checkpoint.In, nil), vaccinated, nil, "A02 airport-test-wanted"},
		"one dose and a test at an airport":       {d.at("airport", checkpoint.In, nil), once, nil, "G1 airport-one-dose"},
		"two doses at a pier":                     {d.at("pier", checkpoint.In, nil), vaccinated, nil, "A14 pier-declaration-wanted"},
		"a positive test after a negative one":    {d.at("building", checkpoint.In, nil), positive, nil, "A02 test-positive"},
	} {
		scan := checkpoint.Scan{Reader: "test", Payload: []byte(c.who.card().String())}
		if c.before != nil {
			scan.Before = &checkpoint.Scan{Reader: "test", Payload: c.before}
		}
		got := c.at.scan(t, scan)
		if is := string(got.Reason) + " " + got.Rule; is != c.want {
			t.Errorf("%s: %s, want %s", name, is, c.want)
		}
		if wanted := got.Reason == "A14" || got.Reason == "A15"; c.before == nil && got.Second != wanted {
			t.Errorf("%s: asks for a second paper: %v", name, got.Second)
		}
	}
}

// A rule about the hour asks Vietnam's clock, whatever zone the box keeps.
func TestTheHourIsVietnams(t *testing.T) {
	an := person(1)
	p := newProvince(t, source([]life{an}))
	evening := time.Date(2025, 3, 1, 14, 30, 0, 0, time.UTC) // 21:30 in Hanoi
	d := p.desk(evening, sixHours).at("mall", checkpoint.In, communes(t, 2, 3))
	if got := words(d.show(t, an.card().String())); got != "refuse R05 mall-night [] []" {
		t.Error(got)
	}
	d.now = evening.Add(-31 * time.Minute)
	if got := words(d.show(t, an.card().String())); got != green {
		t.Error(got)
	}
	d.now, d.trusted = evening, false
	if got := d.show(t, an.card().String()); got.Reason != checkpoint.ClockNotTrusted {
		t.Errorf("a clock that is not trusted: %s", words(got))
	}
}

// A typed number gives no birth date, but the year stands in it.
func TestTheAgeOfATypedNumber(t *testing.T) {
	d := newProvince(t, source([]life{person(1)})).desk(today(), sixHours)
	for number, child := range map[string]bool{"001215900004": true, "001090900001": false, "912345678": false} {
		got := d.show(t, number)
		found := false
		for _, f := range got.Findings {
			found = found || f == checkpoint.FoundChild
		}
		if found != child {
			t.Errorf("%s: %s, a child: %v", number, words(got), child)
		}
	}
}
