package sample

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// The files beside the people: the lists of one office building, what sites there
// are, and the levels of communes. They are of the first people alone, so that a
// sample of any size has the same.
const (
	StaffFile    = "staff.csv"
	VisitorsFile = "visitors.csv"
	SitesFile    = "sites.csv"
	ZonesFile    = "zones.csv"
)

// Site is the office building whose lists the sample has: `site_id` of a box there.
const Site = "so-noi-vu"

// Of the first people so many are staff of the site, and so many after them visitors.
const (
	staffOf    = 24
	visitorsOf = 6
	listedFor  = 14 // days, as long as the cards are good
)

// writeLists writes the four files.
func (p *Province) writeLists(dir string) error {
	for name, rows := range map[string][][]string{
		StaffFile: p.staff(), VisitorsFile: p.visitors(), SitesFile: sites(), ZonesFile: p.zones(),
	} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if err := errors.Join(csv.NewWriter(f).WriteAll(rows), f.Close()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// staff are the people of the first cards and some more. The building has seen the
// vaccination paper of every third of them, and no card of every seventh.
func (p *Province) staff() [][]string {
	rows := [][]string{{"site", "number", "full_name", "birth_date", "role", "from", "until", "card", "vaccinated"}}
	roles := []string{"chuyên viên", "văn thư", "bảo vệ", "lái xe"}
	for i := range staffOf {
		who := p.Person(i)
		card, seen := "yes", "no"
		if i%7 == 6 {
			card = "no"
		}
		if i%3 == 0 {
			seen = "yes"
		}
		rows = append(rows, []string{Site, who.Number, who.FullName, who.Birth.String(), roles[i%len(roles)], (p.today - 365).date().String(), "", card, seen})
	}
	return rows
}

// visitors come by appointment: some all day, the others for an hour or two.
func (p *Province) visitors() [][]string {
	rows := [][]string{{"site", "number", "full_name", "birth_date", "host", "from", "until"}}
	for i := range visitorsOf {
		who := p.Person(staffOf + i)
		from, until := p.today.date().String(), (p.today + listedFor).date().String()
		if i%2 == 1 {
			day := (p.today + 1).date().String()
			from, until = fmt.Sprintf("%s %02d:00", day, 7+i), fmt.Sprintf("%s %02d:30", day, 9+i)
		}
		rows = append(rows, []string{Site, who.Number, who.FullName, who.Birth.String(), "Phòng " + strconv.Itoa(1+i%3), from, until})
	}
	return rows
}

func sites() [][]string {
	return [][]string{
		{"site", "name", "type", "commune", "contact", "place_code"},
		{Site, "Sở Nội vụ", "building", "00007", "024 0000 0101", ""},
		{"cho-dong-xuan", "Chợ Đồng Xuân", "mall", "00040", "024 0000 0102", ""},
		{"chot-phap-van", "Chốt Pháp Vân", "gateway", "00091", "024 0000 0103", ""},
	}
}

// zones are four levels in turn, one commune in ten each; all others are green.
func (p *Province) zones() [][]string {
	rows := [][]string{{"commune", "level", "from", "until"}}
	for i, c := range p.communes {
		if i%10 < 4 {
			rows = append(rows, []string{c.code, strconv.Itoa(1 + i%10), (p.today - 7).date().String(), (p.today + listedFor).date().String()})
		}
	}
	return rows
}
