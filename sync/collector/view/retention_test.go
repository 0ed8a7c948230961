package view_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/collector/view"
)

// kept is how many days the tests keep: the first recorded days go.
const kept = 1

// retain has the province keep its last days only, with what there is of sealed
// records and of wrong clocks beside what the generator wrote.
func (p *province) retain(t *testing.T) view.Retained {
	t.Helper()
	owner, err := pgx.Connect(t.Context(), shared.Cluster(t).URL(p.name))
	check(t, err)
	defer owner.Close(t.Context())
	for _, day := range p.days {
		_, err := owner.Exec(t.Context(), "select checkpoint.ensure_day('checkpoint.record', $1)", day)
		check(t, err)
		_, err = owner.Exec(t.Context(), `insert into checkpoint.record (day, box, epoch, seq, millis, trusted, lane, body)
			values ($1, 'box-0001', 1, $2, 0, true, 'in', 'sealed-body')`, day, day.Unix())
		check(t, err)
	}
	// A clock that ran ahead by years: written on the first day, under its key.
	_, err = owner.Exec(t.Context(), `insert into opened.scan (day, box, epoch, seq, at, trusted, lane, direction, verdict, reason, findings, rule, snapshot, policy,
		  format, document, key_day, who, tag, commune, known)
		select '2099-01-01', box, 7, seq, '2099-01-01', false, lane, direction, verdict, reason, findings, rule, snapshot, policy, format, document,
		  key_day, who, tag, commune, known from opened.scan where day = $1 and who is not null limit 1`, p.days[0])
	check(t, err)
	r, err := view.Retain(t.Context(), shared.Cluster(t).URLFor("checkpoint_open", p.name), p.view.Days, postgres.DayOf(time.Now()), kept)
	check(t, err)
	return r
}

func (p *province) dump(t *testing.T, name string, more ...string) []byte {
	t.Helper()
	file := shared.Cluster(t).Path(name)
	check(t, shared.Cluster(t).Run("pg_dump", append(more, "--file", file, p.name)...))
	text, err := os.ReadFile(file)
	check(t, err)
	return text
}

// tags are those of people of a day, by a copy of its key.
func (p *province) tags(t *testing.T, keys *daykeys.Keys, day time.Time) (all [][]byte) {
	t.Helper()
	key, err := keys.Day(day)
	check(t, err)
	for _, e := range p.entries {
		if scan(e) && e.Number != "" && dayOf(e.Time).Equal(day) {
			person, _ := p.Whose(e.Number)
			if person == "" {
				person = e.Number
			}
			tag := key.Tag(person)
			all = append(all, []byte(hex.EncodeToString(tag[:])))
		}
	}
	return all
}

func TestAfterRetentionADumpGivesNobodyBack(t *testing.T) {
	p := changed(t)
	gone, stays := p.days[:recordedDays-kept], p.days[recordedDays-kept]
	thief := t.TempDir() // has a copy of every key, and so could tell
	check(t, os.Chmod(thief, 0o700))
	check(t, os.CopyFS(thief, os.DirFS(p.keys)))
	stolen, err := daykeys.Open(thief)
	check(t, err)
	old := p.dump(t, "old.sql", "--exclude-schema=people")
	for _, day := range p.days {
		for _, tag := range p.tags(t, stolen, day)[:50] {
			if !bytes.Contains(old, tag) {
				t.Fatal("before retention the dump lacks people: the test would prove nothing")
			}
		}
	}
	counts, err := p.view.Daily(t.Context(), view.DailyOf{Scope: view.Scope{All: true}, Day: gone[0], By: view.BySite})
	check(t, err)
	r := p.retain(t)
	if r.Keys != len(gone) || !r.First.Equal(stays) || r.Days < int64(4*len(gone)) || r.Rows == 0 {
		t.Errorf("removed %+v", r)
	}
	now := p.dump(t, "new.sql", "--exclude-schema=people")
	for _, day := range gone {
		for _, tag := range p.tags(t, stolen, day) {
			if bytes.Contains(now, tag) {
				t.Fatalf("a person of %s is in the dump", day.Format(time.DateOnly))
			}
		}
	}
	if bytes.Count(now, []byte(hex.EncodeToString([]byte("sealed-body")))) != kept {
		t.Error("sealed records of days that are over are in the dump, or those that are kept are not")
	}
	for _, tag := range p.tags(t, stolen, stays)[:50] {
		if !bytes.Contains(now, tag) {
			t.Fatal("a day that is kept lost people")
		}
	}
	after, err := p.view.Daily(t.Context(), view.DailyOf{Scope: view.Scope{All: true}, Day: gone[0], By: view.BySite})
	check(t, err)
	if fmt.Sprint(after) != fmt.Sprint(counts) {
		t.Error("the counts of the day changed")
	}
}

// Whoever puts an old dump back has rows of the days that are over, and nobody in
// them: their keys are gone.
func TestAnOldDumpNamesNobodyOnceTheKeysAreGone(t *testing.T) {
	p := changed(t)
	c := shared.Cluster(t)
	file := c.Path("whole.dump")
	check(t, c.Run("pg_dump", "--format=custom", "--file", file, p.name))
	p.retain(t)
	back := shared.Database(t)
	check(t, c.Run("pg_restore", "--dbname", back, file))
	pool, err := pgxpool.New(t.Context(), c.URL(back))
	check(t, err)
	defer pool.Close()
	keys, err := daykeys.Open(p.keys) // as another process would
	check(t, err)
	v := &view.View{Pool: pool, Days: keys}
	for i, day := range p.days {
		list, err := v.Arrivals(t.Context(), view.ArrivalsOf{Scope: view.Scope{All: true}, End: view.Origin, Day: day})
		check(t, err)
		named := 0
		for _, s := range list {
			if s.Number != "" || s.Name != "" || s.Birth != nil {
				named++
			}
		}
		if over := i < recordedDays-kept; len(list) == 0 || over && named > 0 || !over && named != len(list) {
			t.Errorf("%s: %d rows, %d of them name somebody", day.Format(time.DateOnly), len(list), named)
		}
	}
	way, err := v.Route(t.Context(), view.Scope{All: true}, p.Case(0).Number)
	check(t, err)
	for _, s := range way {
		if s.At.Before(p.days[recordedDays-kept].Add(-7 * time.Hour)) {
			t.Errorf("a way of %s is found", s.At)
		}
	}
}

func TestTheFutureIsNotRetainedAway(t *testing.T) {
	p := changed(t)
	for _, keep := range []int{0, -3} {
		if _, err := view.Retain(t.Context(), shared.Cluster(t).URLFor("checkpoint_open", p.name), p.view.Days, p.view.Today(), keep); err == nil {
			t.Errorf("keeps %d days", keep)
		}
	}
}
