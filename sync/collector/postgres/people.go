package postgres

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/store/build/input"
)

// ImportPeople puts the province's own register in the place of the one before,
// in one transaction: whoever reads sees the old one until the new one is whole.
// A number that comes twice counts once, the first time. An error among the
// people ends it, and the old register stays. It returns how many people and
// further documents there are now.
func ImportPeople(ctx context.Context, url string, people iter.Seq2[input.Person, error]) (persons, documents int64, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, 0, fmt.Errorf("database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if err := stagePeople(ctx, tx, people); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "truncate people.person, people.document"); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `insert into people.person (number, name, birth_date, commune)
			select number, name, birth_date, commune from arriving order by place on conflict do nothing`)
		if err != nil {
			return err
		}
		persons = tag.RowsAffected()
		tag, err = tx.Exec(ctx, `insert into people.document (number, person)
			select d, a.number from arriving a cross join lateral unnest(a.others) d
			where d <> '' and not exists (select from people.person p where p.number = d) order by place on conflict do nothing`)
		if err != nil {
			return err
		}
		documents = tag.RowsAffected()
		if _, err := tx.Exec(ctx, "select people.corrected()"); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "update people.import set version = version + 1")
		return err
	})
	if err != nil {
		return 0, 0, fmt.Errorf("import people: %w", err)
	}
	return persons, documents, nil
}

func stagePeople(ctx context.Context, tx pgx.Tx, people iter.Seq2[input.Person, error]) error {
	_, err := tx.Exec(ctx, `create temporary table arriving (
		place bigint, number text, name text, birth_date date, commune text, others text[]) on commit drop`)
	if err != nil {
		return err
	}
	next, stop := iter.Pull2(people)
	defer stop()
	place := int64(0)
	var broken error // the driver tells it as the server's own words
	columns := []string{"place", "number", "name", "birth_date", "commune", "others"}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"arriving"}, columns, pgx.CopyFromFunc(func() ([]any, error) {
		p, err, more := next()
		if !more || err != nil {
			broken = err
			return nil, err
		}
		place++
		others := []string{p.HealthCard, p.Passport}
		return []any{place, p.Number, text(p.FullName), birthDay(p), text(p.Commune), append(others, p.OldNumbers...)}, nil
	}))
	return cmp.Or(broken, err)
}

// birthDay is nil where only a year or month is registered.
func birthDay(p input.Person) *time.Time {
	if p.Birth.Year == 0 || p.Birth.Month == 0 || p.Birth.Day == 0 {
		return nil
	}
	day := time.Date(p.Birth.Year, time.Month(p.Birth.Month), p.Birth.Day, 0, 0, 0, 0, time.UTC)
	return &day
}
