package postgres

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/store/journal"
	"checkpoint/sync/collector"
	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/wire"
)

const (
	openSegments = 64
	openRecords  = 2000
	openPace     = time.Second // between looks when nothing waits
	openRest     = 10 * time.Second
	openLock     = 7240803 // one opener works at a time, another stands by
)

// Opening is the second stage: it opens what is stored and fills the tables
// that the province's view reads. It runs in a process of its own, with the key
// and a role that no other has.
type Opening struct {
	URL      string
	Province string
	Opener   collector.Opener
	Days     *daykeys.Keys    // under which people are kept
	Now      func() time.Time // default: time.Now
	Log      *slog.Logger     // default: nothing is logged

	again *again // under way

	mu    sync.Mutex
	stats OpeningStats
}

// OpeningStats counts since the start.
type OpeningStats struct {
	Connected bool   // the database answers and this process is the one that works
	Opened    uint64 // records
	Failed    uint64 // records that could not be opened: listed in opened.failure
}

// Stats returns the counts.
func (o *Opening) Stats() OpeningStats {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.stats
}

func (o *Opening) count(f func(*OpeningStats)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f(&o.stats)
}

// Run opens until ctx ends, connecting anew as needed.
func (o *Opening) Run(ctx context.Context) {
	o.Log = cmp.Or(o.Log, slog.New(slog.DiscardHandler))
	for ctx.Err() == nil {
		err := o.connection(ctx)
		o.count(func(s *OpeningStats) { s.Connected = false })
		if ctx.Err() != nil {
			return
		}
		o.Log.Warn("opener down", "error", err)
		rest(ctx, openRest)
	}
}

func rest(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func (o *Opening) connection(ctx context.Context) error {
	config, err := pgx.ParseConfig(o.URL)
	if err != nil {
		return err
	}
	config.ConnectTimeout = 10 * time.Second
	config.RuntimeParams["application_name"] = "collectord open"
	// What is lost with the last moments before a crash is opened once more.
	config.RuntimeParams["synchronous_commit"] = "off"
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := checkSchema(ctx, conn); err != nil {
		return err
	}
	for ctx.Err() == nil {
		n, err := o.Step(ctx, conn)
		if err != nil {
			return err
		}
		if n == 0 {
			rest(ctx, openPace)
		}
	}
	return ctx.Err()
}

// Step opens some of the records that wait and returns how many; 0 also while
// another opener works.
func (o *Opening) Step(ctx context.Context, conn *pgx.Conn) (n int, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var mine bool
	if err := conn.QueryRow(ctx, "select pg_try_advisory_lock($1)", openLock).Scan(&mine); err != nil || !mine {
		return 0, err
	}
	defer func() { _, _ = conn.Exec(context.WithoutCancel(ctx), "select pg_advisory_unlock($1)", openLock) }()
	o.count(func(s *OpeningStats) { s.Connected = true })
	segments, err := waiting(ctx, conn)
	if err != nil {
		return 0, err
	}
	if len(segments) == 0 {
		return o.identifyAgain(ctx, conn)
	}
	all := newOpened()
	whole, err := o.openAll(ctx, conn, segments, all)
	if err != nil {
		return 0, err
	}
	if err := all.identify(ctx, conn); err != nil {
		return 0, err
	}
	if err := all.seal(o.Days, o.today()); err != nil {
		return 0, err
	}
	if err := all.store(ctx, conn, segments, whole); err != nil {
		return 0, err
	}
	o.count(func(s *OpeningStats) {
		s.Opened += uint64(all.good)
		s.Failed += uint64(len(all.failures))
	})
	return max(1, all.good+len(all.failures)), nil
}

func (o *Opening) today() time.Time {
	if o.Now != nil {
		return DayOf(o.Now())
	}
	return DayOf(time.Now())
}

// waitingSegment is a segment with records to open.
type waitingSegment struct {
	Box         string
	Epoch       int64
	Header      []byte
	Key         []byte   // of the box; empty when the province does not know it
	Former      [][]byte // of the machines that stood in its place
	Unopened    string   // multirange of sequences
	First, Last time.Time

	trouble string // why nothing of it opens
	done    []wire.Range
}

func waiting(ctx context.Context, conn *pgx.Conn) ([]*waitingSegment, error) {
	rows, err := conn.Query(ctx, `
		select s.box, s.epoch, s.header, b.key, coalesce(b.former, '{}'), (s.held - s.opened)::text, s.first_day, s.last_day
		from checkpoint.segment s left join checkpoint.box b using (box)
		where s.waiting order by s.started limit $1`, openSegments)
	if err != nil {
		return nil, err
	}
	var all []*waitingSegment
	for rows.Next() {
		w := &waitingSegment{}
		if err := rows.Scan(&w.Box, &w.Epoch, &w.Header, &w.Key, &w.Former, &w.Unopened, &w.First, &w.Last); err != nil {
			return nil, err
		}
		all = append(all, w)
	}
	return all, rows.Err()
}

// openAll opens the records of the segments, up to a limit; whole tells that
// there were no more.
func (o *Opening) openAll(ctx context.Context, conn *pgx.Conn, segments []*waitingSegment, into *opened) (whole bool, err error) {
	var boxes, todo []string
	var epochs []int64
	var first, last []time.Time
	for _, w := range segments {
		w.trouble = o.examine(w)
		boxes, epochs, todo = append(boxes, w.Box), append(epochs, w.Epoch), append(todo, w.Unopened)
		first, last = append(first, w.First), append(last, w.Last)
	}
	rows, err := conn.Query(ctx, `
		select i.n, r.seq, r.millis, r.trusted, r.lane, r.body
		from unnest($1::text[], $2::bigint[], $3::text[], $4::date[], $5::date[]) with ordinality as i(box, epoch, todo, first, last, n)
		cross join lateral unnest(i.todo::int8multirange) t
		join checkpoint.record r on r.box = i.box and r.epoch = i.epoch
		  and r.seq >= lower(t) and r.seq < upper(t) and r.day between i.first and i.last
		limit $6`, boxes, epochs, todo, first, last, openRecords)
	if err != nil {
		return false, err
	}
	var at, seq, millis int64
	var trusted bool
	var lane, body []byte
	count := 0
	_, err = pgx.ForEachRow(rows, []any{&at, &seq, &millis, &trusted, &lane, &body}, func() error {
		count++
		w := segments[at-1]
		w.done = append(w.done, wire.Span(uint64(seq), uint64(seq)))
		o.openOne(w, journal.Sealed{Seq: uint64(seq), Time: time.UnixMilli(millis).UTC(), Trusted: trusted, Lane: string(lane), Body: body}, into)
		return nil
	})
	return count < openRecords, err
}

// examine wants the header to be of the segment that it came with, and signed by
// the box where its key is known. Until then the broker vouches for the box: it
// lets nobody else publish under its name.
func (o *Opening) examine(w *waitingSegment) string {
	h, err := journal.ParseHeader(w.Header)
	switch {
	case err != nil:
		return "header not readable"
	case h.Province != o.Province || h.Box != w.Box || h.Epoch != uint64(w.Epoch):
		return "header of another segment"
	case !w.signed(h):
		return "header not signed by the box"
	}
	return ""
}

// signed tells whether the box signed the header, or a machine before it: what
// that one had written may come after it was replaced.
func (w *waitingSegment) signed(h journal.Header) bool {
	known := w.Former
	if len(w.Key) > 0 {
		known = append(slices.Clone(known), w.Key)
	}
	return len(known) == 0 || slices.ContainsFunc(known, func(key []byte) bool { return h.Verify(ed25519.PublicKey(key)) == nil })
}

func (o *Opening) openOne(w *waitingSegment, s journal.Sealed, into *opened) {
	if w.trouble != "" {
		into.fail(w, s, w.trouble)
		return
	}
	rec, err := o.Opener.Open(w.Header, s)
	switch {
	case err != nil:
		o.Log.Error("record not opened", "box", w.Box, "epoch", uint64(w.Epoch), "seq", s.Seq, "error", err)
		into.fail(w, s, "does not open")
	case rec.Time.Year() < 1 || rec.Time.Year() > 9999:
		into.fail(w, s, fmt.Sprintf("time of year %d", rec.Time.Year()))
	default:
		into.add(w, s.Seq, rec)
	}
}
