package view

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// Site is a place that has, or should have, a checkpoint.
type Site struct {
	ID, Name, Kind             string
	Commune, CommuneName       string
	Contact                    string
	PlaceCode                  string // the code at its entrance; empty: none was issued
	Asked, Approved, Installed int    // devices
	Boxes                      int    // in the office's register
	Reminders                  int
	Reminded                   *time.Time
	Latitude, Longitude        *float64 // degrees; nil: not known
	Scans                      int64    // in the days that were asked for
	Last                       *time.Time
	District                   string // empty since 2025
}

// Silent tells whether nothing was scanned there.
func (s *Site) Silent() bool { return s.Scans == 0 }

// RemindersEnough is after how many reminders a silent site is reported.
const RemindersEnough = 3

// Ignored tells whether a site was reminded often enough and is still silent.
func (s *Site) Ignored() bool { return s.Silent() && s.Reminders >= RemindersEnough }

// Sites lists the sites of a scope with what was scanned there from a day to
// another: those of the register of sites, and those that boxes name beside it.
func (v *View) Sites(ctx context.Context, scope Scope, from, to time.Time) ([]Site, error) {
	args := scope.args()
	args["from"], args["to"] = from, to
	rows, err := v.Pool.Query(ctx, `
		select coalesce(site.id, b.site), coalesce(site.name, b.site), coalesce(site.kind, b.site_type), coalesce(site.commune, ''), coalesce(c.name, ''),
		  coalesce(site.contact, ''), coalesce(site.place_code, ''), coalesce(site.asked, 0), coalesce(site.approved, 0), coalesce(site.installed, 0),
		  coalesce(b.boxes, 0), coalesce(site.reminders, 0), site.reminded, site.latitude, site.longitude, coalesce(t.scans, 0), t.last, coalesce(c.district, '')
		from place.site site
		full join (
		  select site, min(site_type) as site_type, count(*) as boxes from people.box where site <> '' and state <> 'retired' group by site
		) b on b.site = site.id
		left join place.commune c on c.code = site.commune
		left join (
		  select box.site, sum(t.n)::bigint as scans, max(t.day) as last from tally.hour t join people.box box using (box)
		  where t.day between @from and @to and t.what in ('admit', 'refer', 'refuse', 'repeat', 'not read', 'fault') group by box.site
		) t on t.site = coalesce(site.id, b.site)
		where @all or site.commune = any(@communes) or coalesce(site.id, b.site) = any(@sites) order by 1`, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Site])
}

// SilentSites are those of a list where nothing was scanned.
func SilentSites(all []Site) []Site {
	return slices.DeleteFunc(slices.Clone(all), func(s Site) bool { return !s.Silent() })
}

// ScanningSites are those of a list where something was scanned.
func ScanningSites(all []Site) []Site {
	return slices.DeleteFunc(slices.Clone(all), func(s Site) bool { return s.Silent() })
}

// SitesWithoutCode are those of a list that were given no code for the entrance.
func SitesWithoutCode(all []Site) []Site {
	return slices.DeleteFunc(slices.Clone(all), func(s Site) bool { return s.PlaceCode != "" })
}

// IgnoredSites are those of a list that stay silent after [RemindersEnough].
func IgnoredSites(all []Site) []Site {
	return slices.DeleteFunc(slices.Clone(all), func(s Site) bool { return !s.Ignored() })
}

// SitesNotInstalled are those of a list where fewer devices stand than were approved.
func SitesNotInstalled(all []Site) []Site {
	return slices.DeleteFunc(slices.Clone(all), func(s Site) bool { return s.Installed >= s.Approved })
}

// SiteTable is a list of sites as it is shown.
func SiteTable(all []Site) Table {
	t := Table{Title: Column{"Điểm kiểm soát", "Sites"}, Columns: []Column{
		{"Mã", "Id"}, {"Tên", "Name"}, {"Loại", "Type"}, {"Xã, phường", "Commune"}, {"Liên hệ", "Contact"}, {"Mã địa điểm", "Place code"},
		{"Đề nghị", "Asked"}, {"Duyệt", "Approved"}, {"Lắp", "Installed"}, {"Máy", "Boxes"}, {"Lượt quét", "Scans"}, {"Quét lần cuối", "Last scan"},
		{"Nhắc", "Reminders"}, {"Nhắc lần cuối", "Last reminder"},
	}}
	for _, s := range all {
		last, reminded, commune := "", "", s.CommuneName
		if s.Last != nil {
			last = s.Last.Format("02/01/2006")
		}
		if s.Reminded != nil {
			reminded = s.Reminded.Format("02/01/2006")
		}
		if commune == "" {
			commune = s.Commune
		}
		t.Rows = append(t.Rows, []string{s.ID, s.Name, s.Kind, commune, s.Contact, s.PlaceCode, strconv.Itoa(s.Asked), strconv.Itoa(s.Approved),
			strconv.Itoa(s.Installed), strconv.Itoa(s.Boxes), strconv.FormatInt(s.Scans, 10), last, strconv.Itoa(s.Reminders), reminded})
	}
	return t
}
