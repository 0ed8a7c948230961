package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint"
	"checkpoint/sync/collector/daykeys"
)

// Filling puts records straight into the tables that [Opening] fills, by the same
// code, without boxes and seals before it: invented provinces for tests,
// measurements and showing around.
type Filling struct {
	Days  *daykeys.Keys
	Today time.Time // as [DayOf] has it
	// Whose says whose a document number is and where that person is registered;
	// empty where nobody's. Nil: the database's register is asked.
	Whose func(number string) (person, commune string)
}

// Entry is an opened record under its number.
type Entry struct {
	Box string
	At  checkpoint.Position
	checkpoint.Record
}

// Store stores the entries and what they count, in one transaction. An outcome
// comes with its scan or after it.
func (f *Filling) Store(ctx context.Context, conn *pgx.Conn, entries []Entry) error {
	all := newOpened()
	w := &waitingSegment{}
	for _, e := range entries {
		w.Box, w.Epoch = e.Box, int64(e.At.Epoch)
		all.add(w, e.At.Seq, e.Record)
	}
	if f.Whose == nil {
		if err := all.identify(ctx, conn); err != nil {
			return err
		}
	} else {
		for _, p := range all.people {
			p.who.Person, p.commune = f.Whose(p.who.Number)
		}
	}
	if err := all.seal(f.Days, f.Today); err != nil {
		return err
	}
	return all.store(ctx, conn, nil, true)
}
