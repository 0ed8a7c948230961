package postgres

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint"
	"checkpoint/store/journal"
)

// The tables that opened records go to.
const (
	scans    = "scan"
	outcomes = "outcome"
	papers   = "paper"
	events   = "event"
)

// whose are the columns that tell it, the last of the tables that have them.
var whose = []string{"key_day", "who", "tag", "commune", "known"}

// columns of each table, after those that all have.
func columns(table string) []string {
	common := []string{"day", "box", "epoch", "seq", "at", "trusted", "lane"}
	return append(common, map[string][]string{
		scans: append([]string{"direction", "verdict", "reason", "findings", "rule", "snapshot", "policy", "format", "document",
			"code_hash"}, whose...),
		outcomes: {"outcome", "refers_epoch", "refers_seq", "findings"},
		papers:   append([]string{"refers_epoch", "refers_seq", "document", "format"}, whose...),
		events:   {"emergency", "reason", "findings", "began"},
	}[table]...)
}

// opened are records on their way into the tables.
type opened struct {
	tables   map[string][][]any
	people   []*person
	days     map[time.Time]bool
	tally    tally
	failures [][]any
	good     int
}

func newOpened() *opened {
	return &opened{tables: map[string][][]any{}, days: map[time.Time]bool{}, tally: newTally()}
}

func (o *opened) fail(w *waitingSegment, s journal.Sealed, why string) {
	o.failures = append(o.failures, []any{w.Box, w.Epoch, int64(s.Seq), why})
}

func (o *opened) add(w *waitingSegment, seq uint64, r checkpoint.Record) {
	day := DayOf(r.Time)
	row := []any{day, w.Box, w.Epoch, int64(seq), r.Time, r.Trusted, text(r.Lane)}
	refers := []any{int64(r.Refers.Epoch), int64(r.Refers.Seq)}
	table := scans
	switch {
	case r.Kind == checkpoint.RecordOutcome:
		table, row = outcomes, append(append(append(row, r.Outcome.String()), refers...), findings(r))
		o.tally.outcome(w, seq, r)
	case r.Kind == checkpoint.RecordEmergency || r.Kind == checkpoint.RecordEvent:
		table, row = events, append(row, r.Kind == checkpoint.RecordEmergency, text(string(r.Reason)), findings(r), r.Open)
	case !r.Refers.IsZero(): // a decision that completes an earlier one
		table, row = papers, append(append(row, refers...), r.Document.String(), text(string(r.Format)))
	default:
		row = append(row, r.Direction.String(), r.Verdict.String(), text(string(r.Reason)), findings(r), text(r.Rule),
			int64(r.Snapshot), int64(r.Policy), text(string(r.Format)), r.Document.String(), r.CodeHash)
	}
	if table == scans || table == papers {
		o.people = append(o.people, newPerson(table, len(o.tables[table]), day, Place(w.Box, w.Epoch, int64(seq)), r))
	}
	if table == scans {
		o.tally.scan(w, r, o.people[len(o.people)-1])
	}
	o.tables[table] = append(o.tables[table], row)
	o.days[day] = true
	o.good++
}

func findings(r checkpoint.Record) []string {
	all := []string{}
	for _, f := range r.Findings {
		all = append(all, text(string(f)))
	}
	return all
}

// text is what PostgreSQL takes for text: UTF-8 without NUL.
func text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// store puts them into the tables and says, in the same transaction, that they
// were opened. whole: what else the segments wait for is not there any more.
func (o *opened) store(ctx context.Context, conn *pgx.Conn, segments []*waitingSegment, whole bool) error {
	for table := range o.tables {
		_, err := conn.Exec(ctx, `select checkpoint.ensure_day($1::text::regclass, d) from unnest($2::date[]) d`,
			"opened."+table, slices.Collect(maps.Keys(o.days)))
		if err != nil {
			return err
		}
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for table, rows := range o.tables {
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{"opened", table}, columns(table), pgx.CopyFromRows(rows)); err != nil {
				return err
			}
		}
		if len(o.failures) > 0 {
			columns := []string{"box", "epoch", "seq", "reason"}
			if _, err := tx.CopyFrom(ctx, pgx.Identifier{"opened", "failure"}, columns, pgx.CopyFromRows(o.failures)); err != nil {
				return err
			}
		}
		if err := o.tally.store(ctx, tx); err != nil {
			return err
		}
		return progress(ctx, tx, segments, whole)
	})
}

func progress(ctx context.Context, tx pgx.Tx, segments []*waitingSegment, whole bool) error {
	var boxes, done []string
	var epochs []int64
	for _, w := range segments {
		ranges := multirange(w.done)
		if whole {
			ranges = w.Unopened
		}
		boxes, epochs, done = append(boxes, w.Box), append(epochs, w.Epoch), append(done, ranges)
	}
	_, err := tx.Exec(ctx, `
		update checkpoint.segment s set opened = s.opened + i.done::int8multirange,
		  waiting = not (s.opened + i.done::int8multirange) @> s.held
		from unnest($1::text[], $2::bigint[], $3::text[]) as i(box, epoch, done)
		where s.box = i.box and s.epoch = i.epoch`, boxes, epochs, done)
	return err
}
