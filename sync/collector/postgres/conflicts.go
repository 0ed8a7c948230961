package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Conflict is a record that came under a number that another record of its box
// has. Both are kept; only the first is opened.
type Conflict struct {
	Box    string    `json:"box"`
	Epoch  uint64    `json:"epoch"` // as the box numbers its segments
	Seq    uint64    `json:"seq"`
	First  time.Time `json:"first,omitzero"` // when the other one came; zero: it was removed since
	Second time.Time `json:"second"`         // when this one came
	// What differs between the two: of time, trusted, lane, body.
	Differs []string `json:"differs"`
}

// Conflicts lists them, newest first, at most so many; all of them are counted.
// box may be empty: of all boxes.
func Conflicts(ctx context.Context, url, box string, most int) (list []Conflict, all int, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, 0, fmt.Errorf("database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := conn.QueryRow(ctx, "select count(*) from checkpoint.conflict where $1 in ('', box)", box).Scan(&all); err != nil {
		return nil, 0, fmt.Errorf("count conflicts: %w", err)
	}
	rows, err := conn.Query(ctx, `
		select c.box, c.epoch, c.seq, r.received, c.received, array_remove(array[
		  case when r.millis <> c.millis then 'time' end, case when r.trusted <> c.trusted then 'trusted' end,
		  case when r.lane <> c.lane then 'lane' end, case when r.body <> c.body then 'body' end], null)
		from checkpoint.conflict c left join checkpoint.record r using (box, epoch, seq)
		where $1 in ('', c.box) order by c.received desc, c.box, c.epoch, c.seq limit $2`, box, most)
	if err != nil {
		return nil, 0, fmt.Errorf("list conflicts: %w", err)
	}
	var c Conflict
	var epoch, seq int64
	var first *time.Time
	_, err = pgx.ForEachRow(rows, []any{&c.Box, &epoch, &seq, &first, &c.Second, &c.Differs}, func() error {
		c.Epoch, c.Seq, c.First = uint64(epoch), uint64(seq), time.Time{}
		if first != nil {
			c.First = *first
		}
		list = append(list, c)
		c.Differs = nil
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("list conflicts: %w", err)
	}
	return list, all, nil
}
