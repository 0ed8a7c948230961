package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint"
)

// tally counts what is stored, by hour and by commune.
type tally struct {
	hours    map[hourKey]int64
	minutes  map[hourKey]*[60]int32 // of scans
	communes map[*person]communeKey // the person's commune comes later
	answers  []answer
	undone   []undo
}

type hourKey struct {
	day                        time.Time
	hour                       int
	box, lane, direction, what string
}

// answer is when the scan was answered that a position names.
type answer struct {
	box        string
	epoch, seq int64
	at         time.Time
}

// undo is an answer that was taken back: what it was is in the database.
type undo struct {
	hourKey
	refersEpoch, refersSeq int64
	epoch, seq             int64 // its own
}

type communeKey struct {
	day                              time.Time
	commune, box, direction, verdict string
}

func newTally() tally {
	return tally{hours: map[hourKey]int64{}, minutes: map[hourKey]*[60]int32{}, communes: map[*person]communeKey{}}
}

func keyOf(w *waitingSegment, r checkpoint.Record) hourKey {
	return hourKey{day: DayOf(r.Time), hour: r.Time.In(vietnam).Hour(), box: w.Box, lane: text(r.Lane)}
}

func (t *tally) scan(w *waitingSegment, r checkpoint.Record, p *person) {
	k := keyOf(w, r)
	k.direction = r.Direction.String()
	if t.minutes[k] == nil {
		t.minutes[k] = new([60]int32)
	}
	t.minutes[k][r.Time.In(vietnam).Minute()]++
	k.what = r.Verdict.String()
	t.hours[k]++
	if p.who.Number != "" {
		t.communes[p] = communeKey{k.day, "", k.box, k.direction, k.what}
	}
}

func (t *tally) outcome(w *waitingSegment, seq uint64, r checkpoint.Record) {
	k := keyOf(w, r)
	k.direction, k.what = r.Direction.String(), r.Outcome.String()
	if r.Outcome == checkpoint.Undone {
		t.undone = append(t.undone, undo{k, int64(r.Refers.Epoch), int64(r.Refers.Seq), w.Epoch, int64(seq)})
		return
	}
	t.hours[k]++
	t.answers = append(t.answers, answer{w.Box, int64(r.Refers.Epoch), int64(r.Refers.Seq), r.Time})
}

// store adds the counts to those that are there. The scans are in their table
// by then.
func (t *tally) store(ctx context.Context, tx pgx.Tx) error {
	for _, f := range []func(context.Context, pgx.Tx) error{t.findUndone, t.storeHours, t.storeMinutes, t.storeCommunes, t.storeAnswers} {
		if err := f(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// findUndone tells what was taken back: "undone passed", "undone denied", or
// "undone" alone, of a green.
func (t *tally) findUndone(ctx context.Context, tx pgx.Tx) error {
	for _, u := range t.undone {
		var what string
		err := tx.QueryRow(ctx, `
			select outcome from opened.outcome
			where box = $1 and refers_epoch = $2 and refers_seq = $3 and outcome <> 'undone'
			  and day between $4::date - 1 and $4 and (epoch <> $5 or seq < $6)
			order by at desc, seq desc limit 1`, u.box, u.refersEpoch, u.refersSeq, u.day, u.epoch, u.seq).Scan(&what)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
		case err != nil:
			return err
		default:
			u.what += " " + what
		}
		t.hours[u.hourKey]++
	}
	return nil
}

func (t *tally) storeHours(ctx context.Context, tx pgx.Tx) error {
	var c hourColumns
	var what []string
	var n []int64
	for k, count := range t.hours {
		c.add(k)
		what, n = append(what, k.what), append(n, count)
	}
	if len(n) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		insert into tally.hour as h (day, hour, box, lane, direction, what, n)
		select * from unnest($1::date[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
		on conflict (day, hour, box, lane, direction, what) do update set n = h.n + excluded.n`,
		c.days, c.hours, c.boxes, c.lanes, c.directions, what, n)
	return err
}

func (t *tally) storeMinutes(ctx context.Context, tx pgx.Tx) error {
	batch := &pgx.Batch{} // one way to the server and back for all of them
	for k, minutes := range t.minutes {
		batch.Queue(`
			insert into tally.minute as m (day, hour, box, lane, direction, minutes) values ($1, $2, $3, $4, $5, $6)
			on conflict (day, hour, box, lane, direction) do update set minutes = tally.plus(m.minutes, excluded.minutes)`,
			k.day, k.hour, k.box, k.lane, k.direction, minutes[:])
	}
	return tx.SendBatch(ctx, batch).Close()
}

func (t *tally) storeCommunes(ctx context.Context, tx pgx.Tx) error {
	counts := map[communeKey]int64{}
	for p, k := range t.communes {
		k.commune = p.commune
		counts[k]++
	}
	var days []time.Time
	var communes, boxes, directions, verdicts []string
	var n []int64
	for k, count := range counts {
		days, communes, boxes = append(days, k.day), append(communes, k.commune), append(boxes, k.box)
		directions, verdicts, n = append(directions, k.direction), append(verdicts, k.verdict), append(n, count)
	}
	if len(n) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		insert into tally.commune as c (day, commune, box, direction, verdict, n)
		select * from unnest($1::date[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])
		on conflict (day, commune, box, direction, verdict) do update set n = c.n + excluded.n`,
		days, communes, boxes, directions, verdicts, n)
	return err
}

// storeAnswers counts how long the scans waited for their answers, by the hour
// of the scan. A day's end may lie between the two.
func (t *tally) storeAnswers(ctx context.Context, tx pgx.Tx) error {
	var boxes []string
	var epochs, seqs []int64
	var at []time.Time
	for _, a := range t.answers {
		boxes, epochs, seqs, at = append(boxes, a.box), append(epochs, a.epoch), append(seqs, a.seq), append(at, a.at)
	}
	if len(at) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
		insert into tally.answer as t (day, hour, box, lane, n, seconds)
		select s.day, extract(hour from s.at at time zone 'Asia/Ho_Chi_Minh'), s.box, s.lane, count(*), sum(greatest(0, extract(epoch from a.at - s.at)))
		from unnest($1::text[], $2::bigint[], $3::bigint[], $4::timestamptz[]) as a(box, epoch, seq, at)
		join opened.scan s on s.box = a.box and s.epoch = a.epoch and s.seq = a.seq
		  and s.day between (a.at at time zone 'Asia/Ho_Chi_Minh')::date - 1 and (a.at at time zone 'Asia/Ho_Chi_Minh')::date
		group by 1, 2, 3, 4
		on conflict (day, hour, box, lane) do update set n = t.n + excluded.n, seconds = t.seconds + excluded.seconds`,
		boxes, epochs, seqs, at)
	return err
}

// hourColumns are the columns that the tables by hour begin with.
type hourColumns struct {
	days                     []time.Time
	hours                    []int
	boxes, lanes, directions []string
}

func (c *hourColumns) add(k hourKey) {
	c.days, c.hours = append(c.days, k.day), append(c.hours, k.hour)
	c.boxes, c.lanes, c.directions = append(c.boxes, k.box), append(c.lanes, k.lane), append(c.directions, k.direction)
}
