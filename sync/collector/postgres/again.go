package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/sync/collector/daykeys"
)

// againAtOnce is how many of the unknown are looked up at once.
const againAtOnce = 5000

// again is a way through all rows whose person the register did not know, after
// a new one came. What it had found for the others stays as it was.
type again struct {
	version int64
	tables  []string // still to go through, the first one from row on
	box     string
	epoch   int64
	seq     int64
}

// identifyAgain looks some of the unknown up in a register that came after them,
// and returns how many it went through; 0: there is nothing to do.
func (o *Opening) identifyAgain(ctx context.Context, conn *pgx.Conn) (n int, err error) {
	if o.again == nil {
		var have, done int64
		err := conn.QueryRow(ctx, "select p.version, i.version from people.import p, opened.identified i").Scan(&have, &done)
		if err != nil || have == done {
			return 0, err
		}
		o.again = &again{version: have, tables: []string{scans, papers}}
	}
	all, err := o.again.next(ctx, conn, o.Days)
	if err != nil {
		return 0, err
	}
	if len(all.people) > 0 {
		if err := all.identify(ctx, conn); err != nil {
			return 0, err
		}
		return len(all.people), o.again.store(ctx, conn, o.Days, all.people)
	}
	if o.again.tables = o.again.tables[1:]; len(o.again.tables) > 0 {
		o.again.box, o.again.epoch, o.again.seq = "", 0, 0
		return 1, nil
	}
	_, err = conn.Exec(ctx, "update opened.identified set version = $1", o.again.version)
	o.again = nil
	return 0, err
}

// next reads a page of the unknown.
func (a *again) next(ctx context.Context, conn *pgx.Conn, keys *daykeys.Keys) (*opened, error) {
	rows, err := conn.Query(ctx, `
		select day, box, epoch, seq, key_day, who from opened.`+a.tables[0]+`
		where not known and tag is not null and (box, epoch, seq) > ($1, $2, $3)
		order by box, epoch, seq limit $4`, a.box, a.epoch, a.seq, againAtOnce)
	if err != nil {
		return nil, err
	}
	page := newOpened()
	var day, keyDay time.Time
	var sealed []byte
	_, err = pgx.ForEachRow(rows, []any{&day, &a.box, &a.epoch, &a.seq, &keyDay, &sealed}, func() error {
		p := &person{table: a.tables[0], day: keyDay, place: Place(a.box, a.epoch, a.seq), at: row{day, a.box, a.epoch, a.seq}}
		page.people = append(page.people, p)
		key, err := keys.Day(keyDay)
		if errors.Is(err, daykeys.ErrGone) {
			return nil // about to be removed
		}
		if err != nil {
			return err
		}
		p.who, err = key.Open(sealed, p.place)
		return err
	})
	return page, err
}

// store changes the rows of those who are known now.
func (a *again) store(ctx context.Context, conn *pgx.Conn, keys *daykeys.Keys, people []*person) error {
	batch := &pgx.Batch{}
	for _, p := range people {
		if p.who.Person == "" {
			continue
		}
		key, err := keys.Day(p.day)
		if errors.Is(err, daykeys.ErrGone) {
			continue
		}
		if err != nil {
			return err
		}
		tag := key.Tag(p.who.ID())
		batch.Queue("update opened."+p.table+` set who = $1, tag = $2, commune = $3, known = true
			where day = $4 and box = $5 and epoch = $6 and seq = $7`,
			key.Seal(p.who, p.place), tag[:], p.commune, p.at.day, p.at.box, p.at.epoch, p.at.seq)
	}
	return conn.SendBatch(ctx, batch).Close()
}
