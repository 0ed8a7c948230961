package view

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// ErrPlace: nobody knows the place that is asked for. An empty answer would say
// that nobody came there.
var ErrPlace = Say("không có xã, huyện hoặc điểm này", "there is no such commune, district or checkpoint")

// site wants a checkpoint to be there, in the register of sites or by a box, and
// within the scope. [ErrPlace], [ErrScope].
func (v *View) site(ctx context.Context, scope Scope, id string) error {
	args := scope.args()
	args["site"] = id
	return v.place(ctx, `select count(*) > 0, coalesce(bool_or(@all or x.commune = any(@communes) or @site = any(@sites)), false) from (
		select commune from place.site where id = @site
		union all select '' from people.box where site = @site) x`, args)
}

// listed wants the commune and the district of a list to be the province's, and to
// concern the scope. [ErrPlace], [ErrScope].
func (v *View) listed(ctx context.Context, q ArrivalsOf) error {
	if q.District == "" && (q.Commune == "" || q.Scope.commune(q.Commune)) {
		return nil // a code need not be in the list of communes
	}
	args := q.narrow()
	args["end"] = q.End
	err := v.place(ctx, `select count(*) > 0, coalesce(bool_or(@all or code = any(@communes)
		  or @end = 'destination' and code in (select commune from place.site where id = any(@sites))), false)
		from place.commune where (@commune = '' or code = @commune) and (@district = '' or district = @district)`, args)
	if errors.Is(err, ErrPlace) && !q.Scope.All {
		return ErrScope // what is not an account's is nothing that it hears more of
	}
	return err
}

// place runs a query that tells whether a place is known, and whether it may be seen.
func (v *View) place(ctx context.Context, sql string, args pgx.NamedArgs) error {
	var known, within bool
	err := v.Pool.QueryRow(ctx, sql, args).Scan(&known, &within)
	switch {
	case err != nil:
		return err
	case !known:
		return ErrPlace
	case !within:
		return ErrScope
	}
	return nil
}
