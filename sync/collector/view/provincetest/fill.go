package provincetest

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/postgres"
)

// atOnce is how many records are stored in one transaction, about.
const atOnce = 50_000

// Places writes boxes, sites and communes into the database, as its owner.
func (p *Province) Places(ctx context.Context, url string) error {
	boxes := make([]postgres.Box, p.Sites)
	for i := range boxes {
		boxes[i] = postgres.Box{ID: p.Box(i), Site: p.Site(i), SiteType: p.SiteKind(i), State: "approved",
			Lanes: []postgres.Lane{{Name: "in", Direction: "in"}, {Name: "out", Direction: "out"}}}
	}
	if _, err := postgres.SetBoxes(ctx, url, boxes); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	batch := &pgx.Batch{}
	for i := range p.Communes {
		batch.Queue("insert into place.commune (code, name, district, province) values ($1, $2, $3, 'Tỉnh Mẫu') on conflict do nothing",
			p.Commune(i), fmt.Sprintf("Xã %d", i+1), p.District(i))
		batch.Queue("insert into place.zone (commune, since, level) values ($1, '2021-01-01', $2) on conflict do nothing", p.Commune(i), 1+i%4)
	}
	for i := range p.Sites {
		code := ""
		if i%5 > 0 { // one in five has none yet
			code = fmt.Sprintf("MD%06d", i+1)
		}
		// The province lies around 106° E, 21° N.
		batch.Queue(`insert into place.site (id, name, kind, commune, place_code, asked, approved, installed, latitude, longitude)
			values ($1, $2, $3, $4, $5, 1, 1, 1, $6, $7) on conflict do nothing`, p.Site(i), p.SiteName(i), p.SiteKind(i), p.SiteCommune(i),
			code, 20.75+float64(i*37%100)/200, 106.1+float64(i*61%100)/200)
	}
	return conn.SendBatch(ctx, batch).Close()
}

// Register puts the province's people into the database.
func (p *Province) Register(ctx context.Context, url string) error {
	_, _, err := postgres.ImportPeople(ctx, url, p.people())
	return err
}

func (p *Province) people() iter.Seq2[input.Person, error] {
	return func(yield func(input.Person, error) bool) {
		for i := range p.People {
			x := p.Person(i)
			y, m, d := x.Birth.Date()
			person := input.Person{Number: x.Number, FullName: x.Name, Commune: x.Commune, Birth: checkpoint.Date{Year: y, Month: int(m), Day: d}}
			if x.Old != "" {
				person.OldNumbers = []string{x.Old}
			}
			if !yield(person, nil) {
				return
			}
		}
	}
}

// FillDay puts a day's records of all sites into the database, and returns how many.
func (p *Province) FillDay(ctx context.Context, conn *pgx.Conn, days *daykeys.Keys, day time.Time) (records int, err error) {
	filling := postgres.Filling{Days: days, Today: day, Whose: p.Whose}
	var waiting []postgres.Entry
	for n := range p.Sites {
		waiting = append(waiting, p.Day(day, n)...)
		if len(waiting) < atOnce && n < p.Sites-1 {
			continue
		}
		if err := filling.Store(ctx, conn, waiting); err != nil {
			return records, err
		}
		records += len(waiting)
		waiting = waiting[:0]
	}
	return records, nil
}
