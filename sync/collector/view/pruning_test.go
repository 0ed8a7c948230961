package view_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector/view"
)

// A question about a day reads that day's tables and no others: it is answered
// while all others are locked. Of a month it would read thirty times as much.
func TestAQuestionAboutADayReadsThatDayAlone(t *testing.T) {
	p := changed(t)
	owner, err := pgx.Connect(t.Context(), shared.Cluster(t).URL(p.name))
	check(t, err)
	defer owner.Close(context.Background())
	for _, sql := range []string{"begin", `do $$ declare part regclass; begin
		for part in select i.inhrelid::regclass from pg_inherits i join pg_class c on c.oid = i.inhrelid
		  where i.inhparent in ('opened.scan'::regclass, 'opened.paper'::regclass, 'opened.outcome'::regclass)
		    and c.relname !~ '` + p.days[0].Format("20060102") + "|" + p.days[1].Format("20060102") + `'
		loop execute format('lock table %s in access exclusive mode', part); end loop; end $$`} {
		_, err := owner.Exec(t.Context(), sql)
		check(t, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	everybody := view.Scope{All: true}
	for name, ask := range map[string]func() (int, error){
		"list of a commune": func() (int, error) {
			all, err := p.view.Arrivals(ctx, view.ArrivalsOf{Scope: view.Scope{Communes: []string{p.Commune(1)}}, End: view.Origin, Day: p.days[0]})
			return len(all), err
		},
		"list into the province": func() (int, error) {
			all, err := p.view.Arrivals(ctx, view.ArrivalsOf{Scope: everybody, End: view.Destination, Day: p.days[0], Limit: 10})
			return len(all), err
		},
		"quality": func() (int, error) {
			all, err := p.view.Quality(ctx, everybody, p.days[0], view.NotShown, view.Mark{}, 10)
			return len(all), err
		},
	} {
		if n, err := ask(); err != nil || n == 0 {
			t.Errorf("%s: %d lines, %v", name, n, err)
		}
	}
}
