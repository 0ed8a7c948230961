package postgres

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector"
	"checkpoint/sync/wire"
)

// keepRecords puts all records beside the tables first (COPY knows no
// conflicts), then those that are not held yet into them.
func keepRecords(ctx context.Context, tx pgx.Tx, parts []*part, results []*collector.Result) error {
	total := 0
	at := map[collector.Segment]int{}
	for i, p := range parts {
		at[p.Segment] = i
		total += p.records
	}
	if total == 0 {
		return nil
	}
	columns := []string{"day", "box", "epoch", "seq", "millis", "trusted", "lane", "body"}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{stagingName}, columns, pgx.CopyFromRows(rows(parts, total))); err != nil {
		return err
	}
	fresh, err := counts(ctx, tx, `
		with fresh as (
		  insert into checkpoint.record (day, box, epoch, seq, millis, trusted, lane, body)
		  select distinct on (t.box, t.epoch, t.seq) t.day, t.box, t.epoch, t.seq, t.millis, t.trusted, t.lane, t.body
		  from staging t join checkpoint.segment s using (box, epoch) where not s.held @> t.seq
		  on conflict do nothing returning box, epoch
		) select box, epoch, count(*) from fresh group by box, epoch`)
	if err != nil {
		return err
	}
	left := 0
	for seg, n := range fresh {
		results[at[seg]].New = n
	}
	for i, p := range parts {
		results[i].Repeated = p.records - results[i].New
		left += results[i].Repeated
	}
	if left == 0 {
		return nil
	}
	return keepConflicts(ctx, tx, results, at)
}

// keepConflicts looks at records whose number was held: the same once more, or
// another one? One whose first was removed since, as retention does, cannot be
// compared and counts as the same.
func keepConflicts(ctx context.Context, tx pgx.Tx, results []*collector.Result, at map[collector.Segment]int) error {
	others, err := counts(ctx, tx, `
		with others as (
		  insert into checkpoint.conflict (box, epoch, seq, digest, millis, trusted, lane, body)
		  select t.box, t.epoch, t.seq, sha256(convert_to(concat_ws('/', t.millis, t.trusted, length(t.lane)), 'UTF8') || t.lane || t.body),
		    t.millis, t.trusted, t.lane, t.body
		  from staging t
		  where exists (select from checkpoint.record r where r.box = t.box and r.epoch = t.epoch and r.seq = t.seq)
		    and not exists (select from checkpoint.record r where r.box = t.box and r.epoch = t.epoch and r.seq = t.seq
		      and r.millis = t.millis and r.trusted = t.trusted and r.lane = t.lane and r.body = t.body)
		  on conflict do nothing returning box, epoch
		) select box, epoch, count(*) from others group by box, epoch`)
	if err != nil {
		return err
	}
	for seg, n := range others {
		results[at[seg]].Conflicts = n
		results[at[seg]].Repeated -= n
	}
	return nil
}

func counts(ctx context.Context, tx pgx.Tx, sql string) (map[collector.Segment]int, error) {
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return nil, err
	}
	all := map[collector.Segment]int{}
	var box string
	var epoch int64
	var n int
	_, err = pgx.ForEachRow(rows, []any{&box, &epoch, &n}, func() error {
		all[collector.Segment{Box: box, Epoch: uint64(epoch)}] = n
		return nil
	})
	return all, err
}

func rows(parts []*part, total int) [][]any {
	all := make([][]any, 0, total)
	for _, p := range parts {
		for _, b := range p.batches {
			for _, r := range b.Records {
				all = append(all, []any{
					DayOf(r.Time), p.Box, int64(p.Epoch), int64(r.Seq), r.Time.UnixMilli(), r.Trusted, []byte(r.Lane), r.Body,
				})
			}
		}
	}
	return all
}

// gapColumns are the first gaps of segment s, as two arrays.
const gapColumns = `
	array(select lower(r) from unnest(checkpoint.missing(s.held + s.gone)) r order by 1 limit 64),
	array(select upper(r) - 1 from unnest(checkpoint.missing(s.held + s.gone)) r order by 1 limit 64)`

// raising is one statement for all segments of a commit: two thousand boxes with
// a record each are two thousand segments. Nearly all are held without a gap, of
// which nothing more is to be computed.
const raising = `
	with came as (
	  select box, epoch, held::int8multirange, gone::int8multirange, first_day, last_day, counts
	  from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::date[], $6::date[], $7::int[])
	    as i(box, epoch, held, gone, first_day, last_day, counts)
	), s as (
	  update checkpoint.segment s set
	    version = s.version + came.counts,
	    held = s.held + came.held,
	    gone = (s.gone + came.gone) - (s.held + came.held),
	    waiting = s.waiting or not s.opened @> (s.held + came.held),
	    first_day = least(s.first_day, came.first_day), last_day = greatest(s.last_day, came.last_day)
	  from came join checkpoint.segment old using (box, epoch)
	  where s.box = came.box and s.epoch = came.epoch
	  returning s.box, s.epoch, s.version, s.held + s.gone as m,
	    case when isempty(came.gone) then 0 else checkpoint.size(s.gone - old.gone) end as lost
	), stands as (select *, m = int8multirange(int8range(1, upper(m))) as whole from s)
	select box, epoch, version, case when whole then upper(m) - 1 else checkpoint.reach(m) end, coalesce(upper(m) - 1, 0), lost,
	  case when not whole then array(select lower(r) from unnest(checkpoint.missing(m)) r order by 1 limit 64) end,
	  case when not whole then array(select upper(r) - 1 from unnest(checkpoint.missing(m)) r order by 1 limit 64) end
	from stands`

// raise takes in what each segment holds now, and reads from it how it stands.
func raise(ctx context.Context, tx pgx.Tx, parts []*part, results []*collector.Result) error {
	var boxes, held, gone []string
	var epochs []int64
	var first, last []*time.Time
	var counts []int32
	at := map[collector.Segment]*collector.Result{}
	for i, p := range parts {
		at[p.Segment] = results[i]
		boxes, epochs, held, gone = append(boxes, p.Box), append(epochs, int64(p.Epoch)), append(held, p.held), append(gone, p.gone)
		var from, to *time.Time
		if p.records > 0 {
			from, to = &p.from, &p.to
		}
		first, last = append(first, from), append(last, to)
		counts = append(counts, int32(min(len(p.batches), 1)))
	}
	rows, err := tx.Query(ctx, raising, boxes, epochs, held, gone, first, last, counts)
	if err != nil {
		return err
	}
	var seg collector.Segment
	var epoch int64
	var st collector.Standing
	var lost uint64
	var from, to []int64
	n, err := pgx.ForEachRow(rows, []any{&seg.Box, &epoch, &st.Row, &st.Seq, &st.Top, &lost, &from, &to}, func() error {
		seg.Epoch = uint64(epoch)
		st.Gaps = ranges(from, to)
		at[seg].Gone, at[seg].Standing = lost, st
		return nil
	})
	if err == nil && int(n.RowsAffected()) != len(parts) {
		err = fmt.Errorf("%d segments raised of %d", n.RowsAffected(), len(parts))
	}
	return err
}

// multirange writes ranges for PostgreSQL, which puts them in order and joins
// what touches.
func multirange(rs []wire.Range) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, r := range rs {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "[%d,%d]", r.From, r.To)
	}
	b.WriteByte('}')
	return b.String()
}

func ranges(from, to []int64) []wire.Range {
	var all []wire.Range
	for i := range from {
		all = append(all, wire.Span(uint64(from[i]), uint64(to[i])))
	}
	return all
}

// vietnam has had no other offset since 1975.
var vietnam = time.FixedZone("", 7*60*60)

// DayOf is the day in Vietnam on which a record says it was written: the day of
// its partition, at midnight UTC. A time that no calendar of four digits has is
// of the year 1 or 9999.
func DayOf(t time.Time) time.Time {
	y, m, d := t.In(vietnam).Date()
	switch {
	case y < 1:
		y, m, d = 1, 1, 1
	case y > 9999:
		y, m, d = 9999, 12, 31
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
