package view

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"
)

// Change is a correction with the person whom it is about, as a second person has
// to see it before it is made.
type Change struct {
	Number string // of any of the person's documents
	Correction
}

// Encode writes the change: the same change is the same bytes.
func (c Change) Encode() ([]byte, error) { return json.Marshal(c) }

// DecodeChange reads what [Change.Encode] wrote.
func DecodeChange(b []byte) (c Change, err error) {
	return c, json.Unmarshal(b, &c)
}

// Permitted tells whether a change is about somebody who is registered within a
// scope: [ErrScope], [ErrNobody].
func (v *View) Permitted(ctx context.Context, scope Scope, c Change) error {
	now, err := v.registered(ctx, c.Number)
	if err == nil && !scope.commune(now.Commune) {
		err = ErrScope
	}
	return err
}

func (v *View) registered(ctx context.Context, number string) (registered, error) {
	numbers, err := v.numbers(ctx, number)
	if err != nil {
		return registered{}, err
	}
	known, err := v.people(ctx, numbers[:1])
	if err != nil {
		return registered{}, err
	}
	now, ok := known[numbers[0]]
	if !ok {
		return now, ErrNobody
	}
	return now, nil
}

// ChangeTable is what the register says now and what a change would have it say,
// line by line; what stays is not in it.
func (v *View) ChangeTable(ctx context.Context, c Change, language string) (Table, error) {
	t := Table{Title: Column{"Điều sẽ sửa", "What is to be corrected"}, Columns: []Column{{"Mục", "Field"}, {"Đang ghi", "Now"}, {"Sẽ ghi", "To be"}}}
	now, err := v.registered(ctx, c.Number)
	if err != nil {
		return t, err
	}
	line := func(field Column, before, after string) {
		t.Rows = append(t.Rows, []string{field.In(language), before, after})
	}
	line(Column{"Số giấy tờ", "Number"}, c.Number, c.Number)
	if c.Name != nil {
		line(Column{"Họ tên", "Full name"}, now.Name, *c.Name)
	}
	if c.Birth != nil {
		line(Column{"Ngày sinh", "Birth date"}, written(now.Birth), written(c.Birth))
	}
	if c.Commune != nil {
		names, err := v.communeNames(ctx, now.Commune, *c.Commune)
		if err != nil {
			return t, err
		}
		line(Column{"Xã, phường", "Commune"}, names[0], names[1])
	}
	return t, nil
}

// communeNames are communes by their codes, each with the code; the code alone where
// nobody knows a name.
func (v *View) communeNames(ctx context.Context, codes ...string) ([]string, error) {
	return v.strings(ctx, `
		select coalesce(c.name || ' (' || w.code || ')', w.code) from unnest(@codes::text[]) with ordinality w(code, n)
		left join place.commune c using (code) order by w.n`, pgx.NamedArgs{"codes": codes})
}

// written is a birth date; unknown: a dash.
func written(birth *time.Time) string {
	if birth == nil {
		return "–"
	}
	return birth.Format("02/01/2006")
}
