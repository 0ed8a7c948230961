package view

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/postgres"
)

// View reads the database in the role checkpoint_view. It is safe for concurrent
// use.
type View struct {
	Pool *pgxpool.Pool
	Days *daykeys.Keys
	Now  func() time.Time // default: time.Now
}

// Open prepares a view of a database; it connects when it is first used. The
// caller closes the pool.
func Open(ctx context.Context, url string, days *daykeys.Keys) (*View, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	// Many ask little each: making machine code or starting workers takes longer
	// than most answers. Measured: 450 ms of 520 for a page of a list.
	config.ConnConfig.RuntimeParams["jit"] = "off"
	config.ConnConfig.RuntimeParams["max_parallel_workers_per_gather"] = "0"
	// A plan for any day, commune and person reads far more than one for these.
	config.ConnConfig.RuntimeParams["plan_cache_mode"] = "force_custom_plan"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	return &View{Pool: pool, Days: days}, nil
}

// Today is the day in Vietnam, at midnight UTC.
func (v *View) Today() time.Time { return postgres.DayOf(v.Clock()) }

// Clock is the time now.
func (v *View) Clock() time.Time {
	if v.Now != nil {
		return v.Now()
	}
	return time.Now()
}

// Vietnam's time has no daylight saving: UTC+7.
var vietnam = time.FixedZone("+07", 7*60*60)

// Begins is when a day begins in Vietnam.
func Begins(day time.Time) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day(), 0, 0, 0, 0, vietnam)
}

// Scope is whose people somebody may see: those registered in one of the
// communes, and those who were scanned at a site there or at one of the sites.
// The zero Scope sees nobody.
type Scope struct {
	All      bool
	Communes []string
	Sites    []string
}

// ErrScope: asked for what lies outside of somebody's scope.
var ErrScope = Say("ngoài phạm vi được xem", "outside of what this account may see")

// args are what a query's conditions on a scope name.
func (s Scope) args() pgx.NamedArgs {
	return pgx.NamedArgs{"all": s.All, "communes": notNil(s.Communes), "sites": notNil(s.Sites)}
}

// notNil is a list that the database takes for empty, not for unknown.
func notNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// commune tells whether a commune lies within the scope.
func (s Scope) commune(code string) bool {
	return s.All || slices.Contains(s.Communes, code)
}

// inScope is the condition for a scan or paper with its site to lie within a
// scope: of somebody registered there, or at a site there.
const inScope = `(@all or s.commune = any(@communes) or site.commune = any(@communes) or b.site = any(@sites))`

// strings reads a column of text.
func (v *View) strings(ctx context.Context, sql string, args pgx.NamedArgs) ([]string, error) {
	rows, err := v.Pool.Query(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return notNil(all), err
}

// each calls f for every row, which is in into by then.
func (v *View) each(ctx context.Context, sql string, args pgx.NamedArgs, into []any, f func()) error {
	rows, err := v.Pool.Query(ctx, sql, args)
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(rows, into, func() error { f(); return nil })
	return err
}

// sealed is a row's person on the way out of the database.
type sealed struct {
	box        string
	epoch, seq int64
	keyDay     *time.Time
	who        []byte
}

// unseal opens whose the row is; the zero Who where nobody is named or the day's
// key is gone.
func (v *View) unseal(s sealed) (daykeys.Who, error) {
	if s.keyDay == nil {
		return daykeys.Who{}, nil
	}
	key, err := v.Days.Day(*s.keyDay)
	if errors.Is(err, daykeys.ErrGone) {
		return daykeys.Who{}, nil
	}
	if err != nil {
		return daykeys.Who{}, err
	}
	return key.Open(s.who, postgres.Place(s.box, s.epoch, s.seq))
}

// tags are those of a person's numbers on each day that has a key.
func (v *View) tags(numbers []string) ([][]byte, error) {
	days, err := v.Days.Days()
	if err != nil {
		return nil, err
	}
	all := [][]byte{}
	for _, day := range days {
		key, err := v.Days.Day(day)
		if errors.Is(err, daykeys.ErrGone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, number := range numbers {
			tag := key.Tag(number)
			all = append(all, tag[:])
		}
	}
	return all, nil
}

// registered is what the province's register says of a person.
type registered struct {
	Name, Commune string
	Birth         *time.Time
}

// people looks persons up by the register's numbers.
func (v *View) people(ctx context.Context, numbers []string) (map[string]registered, error) {
	all := map[string]registered{}
	if len(numbers) == 0 {
		return all, nil
	}
	rows, err := v.Pool.Query(ctx, "select number, name, commune, birth_date from people.person where number = any($1)", numbers)
	if err != nil {
		return nil, err
	}
	var number string
	var r registered
	_, err = pgx.ForEachRow(rows, []any{&number, &r.Name, &r.Commune, &r.Birth}, func() error {
		all[number] = r
		r.Birth = nil
		return nil
	})
	return all, err
}

// numbers are all of a person's, the register's first; or the one number, of
// whom the register does not know. A record of before the register knew the
// person stands under the number on the document.
func (v *View) numbers(ctx context.Context, number string) ([]string, error) {
	var all []string
	err := v.each(ctx, `
		with whose as (
		  select coalesce((select person from people.document where number = @number), @number) as person
		)
		select person, 0 as n from whose union all
		select d.number, 1 from people.document d, whose where d.person = whose.person
		order by n, 1`, pgx.NamedArgs{"number": number}, []any{&number, new(int)}, func() { all = append(all, number) })
	return all, err
}
