package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint"
	"checkpoint/sync/collector/daykeys"
)

// Decided is a decision, and what tells whether the next one of its lane is about
// a second paper of the same person.
type Decided struct {
	checkpoint.Record
	Box  string
	Left time.Time // when it ended without an answer; zero: it did not
}

// Decisions calls each with the decisions of one day in Vietnam that were
// opened, by box and lane in order of time. boxes narrows it to these; nil: all. Numbers are opened
// with the keys of their days, and are empty where such a key is gone; names
// and addresses are left out. An error of each ends it.
func Decisions(ctx context.Context, url string, keys *daykeys.Keys, day checkpoint.Date, boxes []string, each func(Decided) error) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, `select at, trusted, lane, direction, verdict, reason, findings, rule, snapshot, policy, format, document, box, epoch, seq, key_day, who,
		  (select max(o.at) from opened.outcome o where o.day between s.day and s.day + 1 and o.box = s.box and o.refers_epoch = s.epoch and o.refers_seq = s.seq
		    and o.outcome = 'undecided')
		from opened.scan s where day = $1 and ($2::text[] is null or box = any($2)) order by box, lane, at, epoch, seq`, day.First(), boxes)
	if err != nil {
		return fmt.Errorf("decisions: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := decided(rows, keys)
		if err != nil {
			return fmt.Errorf("decisions: %w", err)
		}
		if err := each(r); err != nil {
			return err
		}
	}
	return rows.Err()
}

func decided(row pgx.Row, keys *daykeys.Keys) (r Decided, err error) {
	var at time.Time
	var left *time.Time
	var direction, verdict, document string
	var findings []string
	var snapshot, policy, epoch, seq int64
	var keyDay *time.Time
	var who []byte
	err = row.Scan(&at, &r.Trusted, &r.Lane, &direction, &verdict, &r.Reason, &findings, &r.Rule, &snapshot, &policy, &r.Format, &document, &r.Box, &epoch, &seq, &keyDay, &who, &left)
	if err != nil {
		return r, err
	}
	if left != nil {
		r.Left = *left
	}
	if r.Number, err = numberOf(keys, keyDay, who, Place(r.Box, epoch, seq)); err != nil {
		return r, err
	}
	r.Time, r.Kind, r.Snapshot, r.Policy = at, checkpoint.RecordDecision, uint64(snapshot), uint64(policy)
	for _, f := range findings {
		r.Findings = append(r.Findings, checkpoint.Finding(f))
	}
	r.Document = checkpoint.ParseDocumentKind(document)
	if r.Verdict, err = checkpoint.ParseVerdict(verdict); err != nil {
		return r, err
	}
	r.Direction, _ = checkpoint.ParseDirection(direction) // a lane may have none
	return r, nil
}

// numberOf opens whose a row is; empty: nobody's, or the key of its day is gone.
func numberOf(keys *daykeys.Keys, day *time.Time, who []byte, place string) (string, error) {
	if day == nil {
		return "", nil
	}
	key, err := keys.Day(*day)
	if errors.Is(err, daykeys.ErrGone) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	open, err := key.Open(who, place)
	return open.Number, err
}
