package postgres

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector"
	"checkpoint/sync/wire"
)

// part is what one commit brings of one segment.
type part struct {
	collector.Segment
	header     []byte
	batches    []wire.Batch
	held, gone string // as multirange literals
	from, to   time.Time
	records    int
}

// Commit implements [collector.Store].
func (s *Store) Commit(ctx context.Context, batches []wire.Batch) (results []collector.Result, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	parts := bySegment(batches)
	err = s.again(ctx, func() error {
		results, err = s.commit(ctx, parts)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	return results, nil
}

// bySegment sorts the batches by segment, so that all collectors lock rows
// in one order.
func bySegment(batches []wire.Batch) []*part {
	var parts []*part
	at := map[collector.Segment]*part{}
	for _, b := range batches {
		seg := collector.Segment{Box: b.Box, Epoch: b.Epoch}
		p := at[seg]
		if p == nil {
			p = &part{Segment: seg, header: b.Header}
			at[seg] = p
			parts = append(parts, p)
		}
		p.batches = append(p.batches, b)
	}
	slices.SortFunc(parts, func(a, b *part) int {
		return cmp.Or(strings.Compare(a.Box, b.Box), cmp.Compare(int64(a.Epoch), int64(b.Epoch)))
	})
	return parts
}

func (s *Store) commit(ctx context.Context, parts []*part) ([]collector.Result, error) {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	if err := ensureDays(ctx, conn.Conn(), parts); err != nil {
		return nil, err
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // of no effect after the commit
	token, results, err := lock(ctx, tx, parts)
	if err != nil {
		return nil, err
	}
	if err := keepRecords(ctx, tx, parts, results); err != nil {
		return nil, err
	}
	if err := raise(ctx, tx, parts, results); err != nil {
		return nil, err
	}
	if err := tx.Commit(ctx); err != nil {
		return nil, err
	}
	var at string
	if err := conn.QueryRow(ctx, "select pg_current_wal_flush_lsn()::text").Scan(&at); err == nil { // what is committed stays so
		s.sawAt(at)
	}
	all := make([]collector.Result, len(results))
	for i, r := range results {
		r.Standing.Restore = token
		all[i] = *r
	}
	return all, nil
}

// ensureDays makes partitions before the transaction that fills them: making
// one locks more than a commit may.
func ensureDays(ctx context.Context, conn *pgx.Conn, parts []*part) error {
	met := map[time.Time]bool{}
	var days []time.Time
	for _, p := range parts {
		for _, b := range p.batches {
			for _, r := range b.Records {
				if d := DayOf(r.Time); !met[d] {
					met[d] = true
					days = append(days, d)
				}
			}
		}
	}
	if len(days) == 0 {
		return nil
	}
	_, err := conn.Exec(ctx, `select checkpoint.ensure_day('checkpoint.record', d) from unnest($1::date[]) d`, days)
	return err
}

// lock makes the rows of new segments, locks all, and drops the batches of
// those that come under another header. It also wants the database to be the
// one that its token names.
func lock(ctx context.Context, tx pgx.Tx, parts []*part) (token []byte, results []*collector.Result, err error) {
	var boxes []string
	var epochs []int64
	var headers [][]byte
	for _, p := range parts {
		boxes, epochs, headers = append(boxes, p.Box), append(epochs, int64(p.Epoch)), append(headers, p.header)
	}
	var q pgx.Batch
	q.Queue(`select token from checkpoint.life where origin = checkpoint.origin()`).QueryRow(func(row pgx.Row) error {
		err := row.Scan(&token)
		if errors.Is(err, pgx.ErrNoRows) {
			err = errPutBack
		}
		return err
	})
	q.Queue(`insert into checkpoint.segment (box, epoch, header)
		select * from unnest($1::text[], $2::bigint[], $3::bytea[]) as i(box, epoch, header) order by box collate "C", epoch
		on conflict do nothing`, boxes, epochs, headers)
	q.Queue(`select s.header from checkpoint.segment s join unnest($1::text[], $2::bigint[]) as i(box, epoch) using (box, epoch)
		order by s.box collate "C", s.epoch for update of s`, boxes, epochs).Query(func(rows pgx.Rows) error {
		headers, err = pgx.CollectRows(rows, pgx.RowTo[[]byte])
		return err
	})
	if err := tx.SendBatch(ctx, &q).Close(); err != nil {
		return nil, nil, err
	}
	if len(headers) != len(parts) {
		return nil, nil, fmt.Errorf("%d segments locked of %d", len(headers), len(parts))
	}
	for i, p := range parts {
		results = append(results, p.admit(headers[i]))
	}
	return token, results, nil
}

// admit keeps the batches under the segment's own header.
func (p *part) admit(header []byte) *collector.Result {
	res := &collector.Result{Segment: p.Segment}
	var held, gone []wire.Range
	p.records = 0
	kept := slices.DeleteFunc(slices.Clone(p.batches), func(b wire.Batch) bool { return !bytes.Equal(b.Header, header) })
	res.Refused = len(p.batches) - len(kept)
	p.batches = kept
	for _, b := range kept {
		for _, r := range b.Records {
			if p.records == 0 || DayOf(r.Time).Before(p.from) {
				p.from = DayOf(r.Time)
			}
			if p.records == 0 || DayOf(r.Time).After(p.to) {
				p.to = DayOf(r.Time)
			}
			p.records++
			held = append(held, wire.Span(r.Seq, r.Seq))
		}
		gone = append(gone, b.Gone...)
	}
	p.held, p.gone = multirange(held), multirange(gone)
	return res
}
