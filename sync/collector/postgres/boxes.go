package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Box is what the office's register says of one box.
type Box struct {
	ID       string
	Site     string
	SiteType string
	State    string
	Key      []byte   // Ed25519, signs its segments; nil: no machine was approved yet
	Former   [][]byte // keys of the machines before, whose segments still hold
	Lanes    []Lane
}

// Lane is one lane of a box.
type Lane struct{ Name, Direction string }

// SetBoxes writes the boxes into the database, in one transaction. A box that
// the database has and the register has not stays as it was: with a row its key
// would go, and then anybody's segment would pass for the box's. It returns how
// many were new or changed.
func SetBoxes(ctx context.Context, url string, boxes []Box) (changed int, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, fmt.Errorf("database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		for _, b := range boxes {
			new, err := setBox(ctx, tx, b)
			if err != nil {
				return err
			}
			changed += new
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("take boxes in: %w", err)
	}
	return changed, nil
}

func setBox(ctx context.Context, tx pgx.Tx, b Box) (changed int, err error) {
	former := b.Former
	if former == nil {
		former = [][]byte{}
	}
	row, err := tx.Exec(ctx, `insert into checkpoint.box as b (box, key, former, site, site_type, state) values ($1, $2, $3, $4, $5, $6)
		on conflict (box) do update set key = excluded.key, former = excluded.former, site = excluded.site,
		  site_type = excluded.site_type, state = excluded.state, changed = now()
		where (b.key, b.former, b.site, b.site_type, b.state)
		  is distinct from (excluded.key, excluded.former, excluded.site, excluded.site_type, excluded.state)`,
		b.ID, b.Key, former, text(b.Site), b.SiteType, b.State)
	if err != nil {
		return 0, err
	}
	var names, directions []string
	for _, l := range b.Lanes {
		names, directions = append(names, text(l.Name)), append(directions, l.Direction)
	}
	gone, err := tx.Exec(ctx, "delete from checkpoint.lane where box = $1 and lane <> all (coalesce($2::text[], '{}'))", b.ID, names)
	if err != nil {
		return 0, err
	}
	lanes, err := tx.Exec(ctx, `insert into checkpoint.lane as l (box, lane, direction)
		select $1, lane, direction from unnest($2::text[], $3::text[]) as i(lane, direction)
		on conflict (box, lane) do update set direction = excluded.direction where l.direction <> excluded.direction`, b.ID, names, directions)
	if err != nil {
		return 0, err
	}
	return int(min(1, row.RowsAffected()+gone.RowsAffected()+lanes.RowsAffected())), nil
}
