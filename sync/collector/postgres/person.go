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

// person is whose a row is, while it is not sealed.
type person struct {
	table   string
	row     int       // of the rows on their way to the table
	at      row       // in the table, of one that is there
	day     time.Time // as written; of a row that is there, the key's
	place   string
	who     daykeys.Who
	commune string
}

// row names a row of a table.
type row struct {
	day        time.Time
	box        string
	epoch, seq int64
}

func newPerson(table string, row int, day time.Time, place string, r checkpoint.Record) *person {
	return &person{table: table, row: row, day: day, place: place,
		who: daykeys.Who{Number: text(r.Number), Name: text(r.Name), Address: text(r.Address)}}
}

// Place names a row to the key that seals whose it is.
func Place(box string, epoch, seq int64) string {
	return fmt.Sprintf("%s/%d/%d", box, uint64(epoch), seq)
}

// Days bound which days have keys of their own: what a wrong clock writes far
// before or after today is sealed with today's, or each would make a key.
const (
	keyDaysBefore = 400
	keyDaysAfter  = 1
)

// keyDay is the day whose key seals what was written on day.
func keyDay(day, today time.Time) time.Time {
	if day.Before(today.AddDate(0, 0, -keyDaysBefore)) || day.After(today.AddDate(0, 0, keyDaysAfter)) {
		return today
	}
	return day
}

// identify looks the documents up in the province's register.
func (o *opened) identify(ctx context.Context, conn *pgx.Conn) error {
	var numbers []string
	of := map[string][]*person{}
	for _, p := range o.people {
		if n := p.who.Number; n != "" {
			if of[n] == nil {
				numbers = append(numbers, n)
			}
			of[n] = append(of[n], p)
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	rows, err := conn.Query(ctx, "select number, person, commune from people.who($1)", numbers)
	if err != nil {
		return err
	}
	var number, known, commune string
	_, err = pgx.ForEachRow(rows, []any{&number, &known, &commune}, func() error {
		for _, p := range of[number] {
			p.who.Person, p.commune = known, commune
		}
		return nil
	})
	return err
}

// seal completes the rows with whose they are.
func (o *opened) seal(keys *daykeys.Keys, today time.Time) error {
	for _, p := range o.people {
		cells, err := p.cells(keys, keyDay(p.day, today))
		if err != nil {
			return err
		}
		rows := o.tables[p.table]
		rows[p.row] = append(rows[p.row], cells...)
	}
	return nil
}

// cells are those of the columns whose. Of a day whose key was destroyed only
// the commune is kept.
func (p *person) cells(keys *daykeys.Keys, day time.Time) ([]any, error) {
	cells := []any{nil, nil, nil, p.commune, p.who.Person != ""}
	if p.who == (daykeys.Who{}) {
		return cells, nil
	}
	key, err := keys.Make(day)
	switch {
	case errors.Is(err, daykeys.ErrGone):
		return cells, nil
	case err != nil:
		return nil, err
	}
	cells[0], cells[1] = day, key.Seal(p.who, p.place)
	if id := p.who.ID(); id != "" {
		tag := key.Tag(id)
		cells[2] = tag[:]
	}
	return cells, nil
}
