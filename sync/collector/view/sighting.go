package view

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint"
	"checkpoint/sync/collector/daykeys"
)

// Mark names a line of a list, to go on after it.
type Mark struct {
	At         time.Time
	Box        string
	Epoch, Seq int64
}

// Sighting is a record of a person: a scan, or a further paper of one.
type Sighting struct {
	Mark
	Paper             bool   // a further paper: a form's rest, or the vehicle
	Of                Mark   // of a paper: the scan it belongs to, without its time
	Site, SiteName    string // SiteName: the box's where the site has none
	SiteCommune       string
	Lane, Direction   string
	Verdict, Reason   string
	Outcome           string // what the guard did last; empty: nothing
	Findings, Shown   []string
	Format, Document  string
	Number, Name      string // empty: nobody is named, or the day's key was destroyed
	Address           string // as on the paper, of somebody whom the register has not
	Birth             *time.Time
	Commune, HomeName string // where registered
	Known             bool   // in the province's register
	Says              string // what an office said of the line: resident, unknown, differs
}

// scanColumns reads scans s of some days (SQL, from and to): the narrower the
// better, for the answers are looked for in each day's table. The last answer
// counts; it may come after midnight.
func scanColumns(from, to string) string {
	return `
	select false, s.at, s.box, s.epoch, s.seq, 0::bigint, 0::bigint, coalesce(b.site, ''), coalesce(nullif(site.name, ''), nullif(b.site, ''), s.box),
	  coalesce(site.commune, ''), s.lane, s.direction, s.verdict, s.reason, coalesce(o.outcome, ''), s.findings, coalesce(o.findings, '{}'),
	  s.format, s.document, s.key_day, s.who, s.commune, coalesce(home.name, ''), s.known,
	  coalesce((select c.says from office.correction c where (c.box, c.epoch, c.seq) = (s.box, s.epoch, s.seq) order by c.at desc limit 1), '')
	from opened.scan s
	left join people.box b on b.box = s.box
	left join place.site site on site.id = b.site
	left join place.commune home on home.code = s.commune
	left join lateral (
	  select o.outcome, o.findings from opened.outcome o
	  where o.box = s.box and o.refers_epoch = s.epoch and o.refers_seq = s.seq and o.day between ` + from + ` and ` + to + ` + 1
	  order by o.at desc, o.seq desc limit 1
	) o on true `
}

// ofDay are the scans of one day.
var ofDay = scanColumns("@day::date", "@day::date")

// paperColumns reads papers s, in the same columns.
const paperColumns = `
	select true, s.at, s.box, s.epoch, s.seq, s.refers_epoch, s.refers_seq, coalesce(b.site, ''), coalesce(nullif(site.name, ''), nullif(b.site, ''), s.box),
	  coalesce(site.commune, ''), s.lane, '', '', '', '', '{}'::text[], '{}'::text[],
	  s.format, s.document, s.key_day, s.who, s.commune, coalesce(home.name, ''), s.known, ''
	from opened.paper s
	left join people.box b on b.box = s.box
	left join place.site site on site.id = b.site
	left join place.commune home on home.code = s.commune `

// sightings reads rows of the columns above and says whose they are.
func (v *View) sightings(ctx context.Context, sql string, args pgx.NamedArgs) ([]Sighting, error) {
	rows, err := v.Pool.Query(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	var all []Sighting
	var who []daykeys.Who
	for rows.Next() {
		var s Sighting
		var row sealed
		if err := rows.Scan(&s.Paper, &s.At, &s.Box, &s.Epoch, &s.Seq, &s.Of.Epoch, &s.Of.Seq, &s.Site, &s.SiteName, &s.SiteCommune, &s.Lane, &s.Direction,
			&s.Verdict, &s.Reason, &s.Outcome, &s.Findings, &s.Shown, &s.Format, &s.Document, &row.keyDay, &row.who,
			&s.Commune, &s.HomeName, &s.Known, &s.Says); err != nil {
			rows.Close()
			return nil, err
		}
		s.Of.Box = s.Box
		row.box, row.epoch, row.seq = s.Box, s.Epoch, s.Seq
		w, err := v.unseal(row)
		if err != nil {
			rows.Close()
			return nil, err
		}
		all, who = append(all, s), append(who, w)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return all, v.name(ctx, all, who)
}

// name writes whose the rows are into them. The register's word counts for whom
// it knows.
func (v *View) name(ctx context.Context, all []Sighting, who []daykeys.Who) error {
	var numbers []string
	for _, w := range who {
		if w.Person != "" {
			numbers = append(numbers, w.Person)
		}
	}
	known, err := v.people(ctx, numbers)
	if err != nil {
		return err
	}
	for i := range all {
		s, w := &all[i], who[i]
		s.Number, s.Name, s.Address = w.ID(), w.Name, w.Address
		if r, ok := known[w.Person]; ok {
			s.Name, s.Birth = r.Name, r.Birth
		}
	}
	return nil
}

// The cells that lists share.
func (s *Sighting) time() string { return s.At.In(vietnam).Format("02/01/2006 15:04:05") }

func (s *Sighting) born() string {
	if s.Birth == nil {
		return ""
	}
	return s.Birth.Format("02/01/2006")
}

func (s *Sighting) home() string {
	if s.HomeName == "" {
		return s.Commune
	}
	return s.HomeName
}

// result is the verdict and what the guard did after it.
func (s *Sighting) result() string {
	if s.Outcome == "" {
		return s.Verdict
	}
	return s.Verdict + ", " + s.Outcome
}

// found is what the check found and the guard was shown.
func (s *Sighting) found() string {
	all := append(append([]string{}, s.Findings...), s.Shown...)
	return strings.Join(slices.DeleteFunc(all, isAsked), " ")
}

func isAsked(finding string) bool { return finding == string(checkpoint.FoundForCorrection) }

// asked tells whether the guard wants the data put right.
func (s *Sighting) asked() string {
	if slices.ContainsFunc(s.Shown, isAsked) {
		return "✓"
	}
	return ""
}
