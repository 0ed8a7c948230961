package main

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"checkpoint/cmd/internal/report"
	"checkpoint/sync/collector/view"
)

// most is how long somebody may wait for an answer, in 99 of 100 cases.
const most = 2 * time.Second

// mostFleet is how long the fleet page may take.
const mostFleet = 300 * time.Millisecond

// page is how many lines a page of a list shows.
const page = 100

// question is asked again and again, each time about somebody or somewhere else.
type question struct {
	what string
	ask  func(context.Context, *rand.Rand) (rows int, err error)
	most time.Duration // 0: as for most
}

func (b *bench) questions(f *filled) []question {
	everybody := view.Scope{All: true}
	day := func(d *rand.Rand) time.Time { return b.aDay(f, d) }
	commune := func(d *rand.Rand) view.Scope {
		return view.Scope{Communes: []string{b.province.Commune(d.IntN(b.province.Communes))}}
	}
	all := func(*rand.Rand) view.Scope { return everybody }
	daily := func(by view.By) func(context.Context, *rand.Rand) (int, error) {
		return func(ctx context.Context, d *rand.Rand) (int, error) {
			lines, err := f.view.Daily(ctx, view.DailyOf{Scope: everybody, Day: day(d), By: by})
			return len(lines), err
		}
	}
	papers := func(limit int) func(context.Context, *rand.Rand) (int, error) {
		return func(ctx context.Context, d *rand.Rand) (int, error) {
			forms, err := f.view.Papers(ctx, everybody, day(d), view.Mark{}, limit)
			return len(forms), err
		}
	}
	return []question{
		{"list: people of a commune, whole day", b.arrivals(f, view.Origin, commune, 0, false), 0},
		{"list: into a commune, whole day", b.arrivals(f, view.Destination, commune, 0, false), 0},
		{"list: people of a district, a page", b.arrivals(f, view.Origin, all, page, true), 0},
		{"list: into a district, a page", b.arrivals(f, view.Destination, all, page, true), 0},
		{"list: whole province, a page", b.arrivals(f, view.Origin, all, page, false), 0},
		{"daily report by site", daily(view.BySite), 0},
		{"daily report by lane", daily(view.ByLane), 0},
		{"daily report by hour", daily(view.ByHour), 0},
		{"daily report by commune", daily(view.ByCommune), 0},
		{"route of a person over the month", func(ctx context.Context, d *rand.Rand) (int, error) {
			way, err := f.view.Route(ctx, everybody, b.province.Person(d.IntN(b.province.People)).Number)
			return len(way), err
		}, 0},
		{"route of a case over the month", func(ctx context.Context, d *rand.Rand) (int, error) {
			way, err := f.view.Route(ctx, everybody, b.province.Case(d.IntN(b.province.Cases)).Number)
			return len(way), err
		}, 0},
		{"contacts of a case: 3 days, ± 15 minutes", func(ctx context.Context, d *rand.Rand) (int, error) {
			from := f.first.AddDate(0, 0, d.IntN(b.days-2))
			near, err := f.view.Contacts(ctx, everybody, b.province.Case(d.IntN(b.province.Cases)).Number, from, from.AddDate(0, 0, 2), 15*time.Minute)
			return len(near), err
		}, 0},
		{"quality: not in the data, a page", b.quality(f, view.NotInData, day), 0},
		{"quality: vaccinated and not shown, a page", b.quality(f, view.NotShown, day), 0},
		{"quality: number re-issued, a page", b.quality(f, view.Reissued, day), 0},
		{"quality: name differs, a page", b.quality(f, view.NameDiffers, day), 0},
		{"papers of a day, a page", papers(page), 0},
		{"papers of a day, all as a file", papers(0), 0},
		{"corrections of a day, all", func(ctx context.Context, d *rand.Rand) (int, error) {
			all, err := f.view.Corrections(ctx, everybody, day(d), view.Mark{}, 0)
			return len(all), err
		}, 0},
		{"sites and their week", func(ctx context.Context, d *rand.Rand) (int, error) {
			to := day(d)
			sites, err := f.view.Sites(ctx, everybody, to.AddDate(0, 0, -6), to)
			return len(sites), err
		}, 0},
	}
}

// arrivals asks for a list: limit lines of it (0: all), of a district or of all of them.
func (b *bench) arrivals(f *filled, end view.End, scope func(*rand.Rand) view.Scope, limit int, district bool) func(context.Context, *rand.Rand) (int, error) {
	return func(ctx context.Context, d *rand.Rand) (int, error) {
		q := view.ArrivalsOf{Scope: scope(d), End: end, Day: b.aDay(f, d), Limit: limit}
		if district {
			q.District = b.province.District(d.IntN(b.province.Communes))
		}
		if limit > 0 && d.IntN(2) == 0 { // a page further down
			q.After = view.Mark{At: q.Day.Add(time.Duration(d.IntN(12)) * time.Hour)}
		}
		all, err := f.view.Arrivals(ctx, q)
		return len(all), err
	}
}

// aDay is one of the month.
func (b *bench) aDay(f *filled, d *rand.Rand) time.Time { return f.first.AddDate(0, 0, d.IntN(b.days)) }

func (b *bench) quality(f *filled, doubt view.Doubt, day func(*rand.Rand) time.Time) func(context.Context, *rand.Rand) (int, error) {
	return func(ctx context.Context, d *rand.Rand) (int, error) {
		all, err := f.view.Quality(ctx, view.Scope{All: true}, day(d), doubt, view.Mark{}, page)
		return len(all), err
	}
}

// measure asks every question and writes how long the answers took. The first
// answers come from a database that was just started; nothing is asked beforehand.
func (b *bench) measure(ctx context.Context, f *filled) error {
	return b.ask(ctx, slices.Concat(b.questions(f), b.fleetQuestions(f)))
}

func (b *bench) ask(ctx context.Context, questions []question) error {
	for i, q := range questions {
		d := rand.New(rand.NewPCG(b.province.Seed, 99))
		var took []time.Duration
		rows := 0
		for range b.rounds {
			began := time.Now()
			n, err := q.ask(ctx, d)
			if err != nil {
				return fmt.Errorf("%s: %w", q.what, err)
			}
			took = append(took, time.Since(began))
			rows += n
		}
		slices.Sort(took)
		p99 := took[len(took)*99/100]
		bound := cmp.Or(q.most, most)
		b.table.Add(q.what, fmt.Sprintf("p99 ≤ %s: %s", limit(bound), report.Verdict(p99, bound)), fmt.Sprintf("p50 %s, p99 %s", millis(took[len(took)/2]), millis(p99)),
			fmt.Sprintf("%d times, %d rows each on average", b.rounds, rows/b.rounds))
		fmt.Fprintf(b.io.Err, "%d of %d, %s: p50 %s, p99 %s, %d rows\n", i+1, len(questions), q.what, millis(took[len(took)/2]), millis(p99), rows/b.rounds)
	}
	return nil
}

// limit is a bound as the table writes it.
func limit(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%g s", d.Seconds())
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
