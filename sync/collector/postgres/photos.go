package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/store/photos"
	"checkpoint/sync/collector"
	"checkpoint/sync/wire"
)

var _ collector.PhotoStore = (*Store)(nil)

// KeepPieces implements [collector.PhotoStore].
func (s *Store) KeepPieces(ctx context.Context, pieces []wire.Piece) (whole []collector.Photo, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	sorted := slices.SortedFunc(slices.Values(pieces), func(a, b wire.Piece) int { // so that all collectors lock in one order
		return strings.Compare(a.Photo.String()+a.Box, b.Photo.String()+b.Box)
	})
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	defer conn.Release()
	if err := s.insertPieces(ctx, conn.Conn(), sorted); err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	for _, p := range sorted {
		name := collector.Photo{Box: p.Box, ID: p.Photo}
		if slices.Contains(whole, name) {
			continue
		}
		_, _, err := readPhoto(ctx, conn.Conn(), name) // of what is committed, whoever brought the other pieces
		switch {
		case err == nil:
			whole = append(whole, name)
		case !errors.Is(err, ErrNoPhoto):
			return nil, fmt.Errorf("database: %w", err)
		}
	}
	return whole, nil
}

func (s *Store) insertPieces(ctx context.Context, conn *pgx.Conn, pieces []wire.Piece) error {
	var days []time.Time
	for _, p := range pieces {
		days = append(days, DayOf(p.Time))
	}
	// Before the transaction: making a table locks more than a commit may.
	if _, err := conn.Exec(ctx, `select checkpoint.ensure_day('checkpoint.photo', d) from (select distinct unnest($1::date[]) d) days`, days); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		var q pgx.Batch
		for _, p := range pieces {
			q.Queue(`insert into checkpoint.photo (day, box, id, pieces, piece, millis, body) values ($1, $2, $3, $4, $5, $6, $7)
				on conflict do nothing`, DayOf(p.Time), p.Box, p.Photo[:], int16(p.Of), int16(p.Number), p.Time.UnixMilli(), p.Body)
		}
		return tx.SendBatch(ctx, &q).Close()
	})
}

// ErrNoPhoto: the province has no such photo, or not all of it yet.
var ErrNoPhoto = errors.New("no such photo")

// Photo reads a photo as it came, sealed, and when it was taken, once it is noted
// who sees it and why (checkpoint.photo_look). The error is [ErrNoPhoto] where there is
// none. It runs in the role checkpoint_open.
func Photo(ctx context.Context, url string, p collector.Photo, who, why string) (sealed []byte, taken time.Time, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, taken, fmt.Errorf("database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `insert into checkpoint.photo_look (account, reason, box, id) values ($1, $2, $3, $4)`, who, why, p.Box, p.ID[:]); err != nil {
		return nil, taken, fmt.Errorf("note who looks: %w", err)
	}
	return readPhoto(ctx, conn, p)
}

func readPhoto(ctx context.Context, conn *pgx.Conn, p collector.Photo) (sealed []byte, taken time.Time, err error) {
	var millis int64
	err = conn.QueryRow(ctx, `select millis, sealed from checkpoint.photo($1, $2)`, p.Box, p.ID[:]).Scan(&millis, &sealed)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, taken, ErrNoPhoto
	}
	return sealed, time.UnixMilli(millis).UTC(), err
}

// BoxesOf are the boxes that sent anything under a photo's name.
func BoxesOf(ctx context.Context, url string, id photos.ID) ([]string, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	rows, err := conn.Query(ctx, `select distinct box from checkpoint.photo where id = $1 order by box`, id[:])
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}
