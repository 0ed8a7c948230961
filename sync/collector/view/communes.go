package view

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Commune is one of the province's, as it names it.
type Commune struct {
	Code, Name string
	District   string // empty since districts were abolished
}

// Communes are those whose lists a scope may ask for: its own, and those in which
// its sites stand.
func (v *View) Communes(ctx context.Context, scope Scope) ([]Commune, error) {
	rows, err := v.Pool.Query(ctx, `select code, name, district from place.commune
		where @all or code = any(@communes) or code in (select commune from place.site where id = any(@sites)) order by district, code`, scope.args())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Commune])
}
