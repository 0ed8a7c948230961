package view

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Remind counts a reminder for each of the sites, at most one a day and none of
// before the last one, and tells for how many: not for those that boxes name and the
// register has not. Where somebody
// scanned since the last reminder the count begins again.
func (v *View) Remind(ctx context.Context, sites []Site, day time.Time) (int64, error) {
	var ids []string
	for _, s := range sites {
		ids = append(ids, s.ID)
	}
	done, err := v.Pool.Exec(ctx, `
		update place.site s set reminded = @day, reminders = 1 + case when exists (
		    select from tally.hour t join people.box b using (box) where b.site = s.id and t.day > s.reminded
		      and t.what in ('admit', 'refer', 'refuse', 'repeat', 'not read', 'fault')
		  ) then 0 else s.reminders end
		where s.id = any(@ids) and coalesce(s.reminded < @day, true)`, pgx.NamedArgs{"ids": notNil(ids), "day": day})
	return done.RowsAffected(), err
}
