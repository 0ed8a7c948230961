package view

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/store/spreadsheet"
)

// row is a line of a file by its columns' names.
type row map[string]string

// number reads a column that is a whole number; empty: 0.
func (r row) number(column string) (int, error) {
	if r[column] == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(r[column])
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%s: %q is no number", column, r[column])
	}
	return n, nil
}

// degrees reads a column that is an angle; empty: not known.
func (r row) degrees(column string) (*float64, error) {
	if r[column] == "" {
		return nil, nil
	}
	x, err := strconv.ParseFloat(r[column], 64)
	if err != nil || x < -180 || x > 180 {
		return nil, fmt.Errorf("%s: %q is no angle in degrees", column, r[column])
	}
	return &x, nil
}

// importRows reads a CSV file with a head (RFC 4180, UTF-8) and has queue queue
// its rows. Nothing is written unless all rows are good; the error names every
// bad line. Columns in need must be there and filled; others beside those in may
// are refused: a misspelt one would be lost.
func (v *View) importRows(ctx context.Context, src io.Reader, need, may []string, queue func(*pgx.Batch, row) error) (n int, err error) {
	text := bufio.NewReader(src)
	if mark, _ := text.Peek(len(spreadsheet.ByteOrderMark)); string(mark) == spreadsheet.ByteOrderMark {
		_, _ = text.Discard(len(spreadsheet.ByteOrderMark))
	}
	in := csv.NewReader(text)
	head, err := in.Read()
	if err != nil {
		return 0, fmt.Errorf("line 1: %w", err)
	}
	var faults []error
	for i, name := range head {
		head[i] = strings.ToLower(strings.TrimSpace(name))
		if !slices.Contains(need, head[i]) && !slices.Contains(may, head[i]) {
			faults = append(faults, fmt.Errorf("line 1: unknown column %q", name))
		}
	}
	for _, name := range need {
		if !slices.Contains(head, name) {
			faults = append(faults, fmt.Errorf("line 1: column %q is missing", name))
		}
	}
	if len(faults) > 0 {
		return 0, errors.Join(faults...)
	}
	batch := &pgx.Batch{}
	for {
		cells, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0, err
		}
		line, _ := in.FieldPos(0)
		r := row{}
		for i, cell := range cells {
			r[head[i]] = strings.TrimSpace(cell)
		}
		err = filled(r, need)
		if err == nil {
			err = queue(batch, r)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("line %d: %w", line, err))
		}
		n++
	}
	if len(faults) > 0 {
		return 0, errors.Join(faults...)
	}
	return n, pgx.BeginFunc(ctx, v.Pool, func(tx pgx.Tx) error { return tx.SendBatch(ctx, batch).Close() })
}

func filled(r row, need []string) error {
	for _, name := range need {
		if r[name] == "" {
			return fmt.Errorf("%s is empty", name)
		}
	}
	return nil
}

// ImportCommunes takes in communes: code, name, and district and province, which
// may be left out. One that is there gets the new names; none goes.
func (v *View) ImportCommunes(ctx context.Context, src io.Reader) (n int, err error) {
	return v.importRows(ctx, src, []string{"code", "name"}, []string{"district", "province"}, func(b *pgx.Batch, r row) error {
		b.Queue(`insert into place.commune (code, name, district, province) values ($1, $2, $3, $4)
			on conflict (code) do update set name = excluded.name, district = excluded.district, province = excluded.province`,
			r["code"], r["name"], r["district"], r["province"])
		return nil
	})
}

// ImportZones takes in levels of the epidemic: commune, since (YYYY-MM-DD) and
// level (1 to 4), which holds until the commune's next row.
func (v *View) ImportZones(ctx context.Context, src io.Reader) (n int, err error) {
	return v.importRows(ctx, src, []string{"commune", "since", "level"}, nil, func(b *pgx.Batch, r row) error {
		since, err := time.Parse(time.DateOnly, r["since"])
		if err != nil {
			return fmt.Errorf("since: %q is no day such as 2026-01-31", r["since"])
		}
		level, err := r.number("level")
		if err != nil || level < 1 || level > 4 {
			return fmt.Errorf("level: %q: want 1 to 4", r["level"])
		}
		b.Queue(`insert into place.zone (commune, since, level) values ($1, $2, $3)
			on conflict (commune, since) do update set level = excluded.level`, r["commune"], since, level)
		return nil
	})
}

// ImportSites takes in the register of sites: id, name, kind, and commune,
// contact, place_code, asked, approved, installed, latitude and longitude, which
// may be left out. One that is there is changed, with its reminders kept; none goes.
func (v *View) ImportSites(ctx context.Context, src io.Reader) (n int, err error) {
	may := []string{"commune", "contact", "place_code", "asked", "approved", "installed", "latitude", "longitude"}
	return v.importRows(ctx, src, []string{"id", "name", "kind"}, may, func(b *pgx.Batch, r row) error {
		asked, err1 := r.number("asked")
		approved, err2 := r.number("approved")
		installed, err3 := r.number("installed")
		latitude, err4 := r.degrees("latitude")
		longitude, err5 := r.degrees("longitude")
		b.Queue(`insert into place.site (id, name, kind, commune, contact, place_code, asked, approved, installed, latitude, longitude)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
			on conflict (id) do update set name = excluded.name, kind = excluded.kind, commune = excluded.commune, contact = excluded.contact,
			  place_code = excluded.place_code, asked = excluded.asked, approved = excluded.approved, installed = excluded.installed,
			  latitude = excluded.latitude, longitude = excluded.longitude, changed = now()`,
			r["id"], r["name"], r["kind"], r["commune"], r["contact"], r["place_code"], asked, approved, installed, latitude, longitude)
		return errors.Join(err1, err2, err3, err4, err5)
	})
}
