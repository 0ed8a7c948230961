package view_test

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/collector/view"
)

func TestQualityListsAreWhatWasFound(t *testing.T) {
	p := changed(t)
	answers := p.outcomes()
	has := func(f checkpoint.Finding) func(e postgres.Entry) bool {
		return func(e postgres.Entry) bool { return slices.Contains(e.Findings, f) }
	}
	for doubt, found := range map[view.Doubt]func(e postgres.Entry) bool{
		view.NotInData: has(checkpoint.FoundNotInData), view.Reissued: has(checkpoint.FoundCardReissued), view.NameDiffers: has(checkpoint.FoundNameDiffers),
		view.NotShown: func(e postgres.Entry) bool {
			return slices.ContainsFunc(answers[at{e.Box, e.At}], func(r checkpoint.Record) bool { return slices.Contains(r.Findings, checkpoint.ShownVaccination) })
		},
		view.Asked: func(e postgres.Entry) bool {
			all := answers[at{e.Box, e.At}] // the last counts: one that was taken back asks for nothing
			return len(all) > 0 && slices.Contains(all[len(all)-1].Findings, checkpoint.FoundForCorrection)
		},
	} {
		want := map[string]bool{}
		for _, day := range p.days {
			for _, e := range p.entries {
				if scan(e) && e.Number != "" && dayOf(e.Time).Equal(day) && found(e) {
					want[e.Time.UTC().Format(time.StampMilli)+e.Box] = true
				}
			}
		}
		got := map[string]bool{}
		for _, day := range p.days {
			list, err := p.view.Quality(t.Context(), view.Scope{All: true}, day, doubt, view.Mark{}, 0)
			check(t, err)
			rows := view.QualityTable(list).Rows
			for i, s := range list {
				asks := slices.Contains(s.Shown, string(checkpoint.FoundForCorrection))
				if said := rows[i][len(rows[i])-1] == "✓"; said != asks || strings.Contains(strings.Join(rows[i], " "), string(checkpoint.FoundForCorrection)) {
					t.Errorf("%s: asked for %t, the row is %q", doubt, asks, rows[i])
				}
				got[s.At.UTC().Format(time.StampMilli)+s.Box] = true
			}
		}
		if len(want) == 0 || !maps.Equal(got, want) {
			t.Errorf("%s: %d lines, want %d", doubt, len(got), len(want))
		}
	}
	if _, err := p.view.Quality(t.Context(), view.Scope{All: true}, p.days[0], "colour", view.Mark{}, 0); err == nil {
		t.Error("a list that there is not")
	}
}

// A form stands once in the papers of the day of its scan, with the lines that
// were copied at the lane and later.
func TestPapersOfADayAreWhole(t *testing.T) {
	p := changed(t)
	for _, day := range p.days {
		want := map[string]bool{}
		rest := map[at]bool{}
		for _, e := range p.entries {
			if !e.Refers.IsZero() && e.Format == checkpoint.FormatPaperForm {
				rest[at{e.Box, e.Refers}] = true
			}
		}
		for _, e := range p.entries {
			if scan(e) && e.Format == checkpoint.FormatPaperForm && dayOf(e.Time).Equal(day) {
				purpose := ""
				if rest[at{e.Box, e.At}] {
					purpose = "đi làm"
				}
				want[strings.Join([]string{e.Time.UTC().Format(time.StampMilli), e.Number, e.Name, "Cẩm Giàng", purpose}, "/")] = true
			}
		}
		got := map[string]bool{}
		list, err := p.view.Papers(t.Context(), view.Scope{All: true}, day, view.Mark{}, 0)
		check(t, err)
		for _, f := range list {
			got[strings.Join([]string{f.At.UTC().Format(time.StampMilli), f.Number, f.Name, f.Fields["from"], f.Fields["purpose"]}, "/")] = true
		}
		var parts []view.Form // by pages of any size
		for after, more := (view.Mark{}), true; more; {
			part, err := p.view.Papers(t.Context(), view.Scope{All: true}, day, after, 1+len(parts)%3)
			check(t, err)
			if more = len(part) > 0; more {
				parts, after = append(parts, part...), part[len(part)-1].Mark
			}
		}
		if !reflect.DeepEqual(parts, list) {
			t.Errorf("%s: %d forms page by page, %d at once, or others", day.Format(time.DateOnly), len(parts), len(list))
		}
		if len(want) == 0 || len(list) != len(want) || !maps.Equal(got, want) {
			t.Errorf("%s: %d forms, want %d", day.Format(time.DateOnly), len(list), len(want))
		}
	}
}

func TestWhatACommuneSaysComesOutAsCorrections(t *testing.T) {
	p := changed(t)
	mine := view.Scope{Communes: []string{p.Commune(2)}}
	list, err := p.view.Arrivals(t.Context(), view.ArrivalsOf{Scope: mine, End: view.Origin, Day: p.days[1]})
	check(t, err)
	check(t, p.view.Say(t.Context(), mine, list[0].Mark, "xa-2", "resident"))
	check(t, p.view.Say(t.Context(), mine, list[0].Mark, "xa-2", "differs")) // thought better of it
	if err := p.view.Say(t.Context(), view.Scope{Communes: []string{p.Commune(7)}}, list[1].Mark, "xa-7", "unknown"); !errors.Is(err, view.ErrScope) {
		t.Errorf("another commune's line: %v", err)
	}
	if err := p.view.Say(t.Context(), mine, list[1].Mark, "xa-2", "lazy"); err == nil {
		t.Error("any word will do")
	}
	got, err := p.view.Corrections(t.Context(), view.Scope{All: true}, p.days[1], view.Mark{}, 0)
	check(t, err)
	if len(got) != 1 || got[0].Number != list[0].Number || got[0].Says != "differs" {
		t.Errorf("corrections %+v", got)
	}
	again, err := p.view.Arrivals(t.Context(), view.ArrivalsOf{Scope: mine, End: view.Origin, Day: p.days[1]})
	check(t, err)
	if again[0].Says != "differs" || len(again) != len(list) {
		t.Errorf("the list shows %q", again[0].Says)
	}
}

// A guard who took an answer back asks for nothing until the next.
func TestATakenBackAnswerAsksForNoCorrection(t *testing.T) {
	p := changed(t)
	asked := func() []view.Sighting {
		list, err := p.view.Quality(t.Context(), view.Scope{All: true}, p.days[0], view.Asked, view.Mark{}, 0)
		check(t, err)
		return list
	}
	before := asked()
	if len(before) < 2 {
		t.Fatalf("%d lines", len(before))
	}
	first := before[0]
	shared.Cluster(t).Exec(t, p.name, fmt.Sprintf(`insert into opened.outcome (day, box, epoch, seq, at, trusted, lane, outcome, refers_epoch, refers_seq)
		select day, box, epoch, seq + 1000000, at + interval '4 seconds', trusted, lane, 'undone', refers_epoch, refers_seq
		from opened.outcome where box = '%s' and refers_epoch = %d and refers_seq = %d order by at desc limit 1`, first.Box, first.Epoch, first.Seq))
	if got := asked(); len(got) != len(before)-1 || got[0].Mark == first.Mark {
		t.Errorf("%d lines of %d are left", len(got), len(before))
	}
}
