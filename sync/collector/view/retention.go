package view

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector/daykeys"
)

// Retained is what a retention removed.
type Retained struct {
	First time.Time // the first day that is kept
	Keys  int       // of days, destroyed
	Days  int64     // partitions dropped
	Rows  int64     // of wrong clocks
}

// Retain removes what was recorded of people more than keep days before today:
// the days' keys first, so that nobody can be named any more whatever happens
// next, then the records, opened and sealed. Counts stay. It runs in the role
// checkpoint_open, whose user has the keys.
func Retain(ctx context.Context, url string, keys *daykeys.Keys, today time.Time, keep int) (r Retained, err error) {
	if keep < 1 {
		return r, errors.New("keep at least one day")
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return r, fmt.Errorf("database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	r.First = today.AddDate(0, 0, -keep)
	if r.Keys, err = keys.DestroyBefore(r.First); err != nil {
		return r, err
	}
	err = conn.QueryRow(ctx, "select dropped, removed from checkpoint.forget_before($1)", r.First).Scan(&r.Days, &r.Rows)
	if err != nil {
		return r, fmt.Errorf("keys are destroyed, records are still there: %w", err)
	}
	return r, nil
}
