package provincetest

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"time"
)

// Province says how large the province is.
type Province struct {
	Seed     uint64
	Sites    int // each has one box with two lanes
	People   int // in the register, at most ten million
	Communes int
	Scans    int // a day, at all sites together
	Cases    int // people whose ways cross several sites on each day

	// First is the day (midnight UTC) from which days are counted: those of one number
	// are alike whenever that was. Zero: from 1970 on.
	First time.Time
}

// since is how many days after the first one a day is.
func (p *Province) since(day time.Time) uint64 { return uint64(dayNumber(day) - dayNumber(p.First)) }

// dayNumber counts days from 1970 on; 0 of no day.
func dayNumber(day time.Time) int64 {
	if day.IsZero() {
		return 0
	}
	return day.Unix() / (24 * 60 * 60)
}

// dice are those of one thing in the province.
func (p *Province) dice(kind, n uint64) *rand.Rand { return rand.New(rand.NewPCG(p.Seed, kind<<56|n)) }

// What has dice of its own.
const (
	aPerson = iota + 1
	aDay
)

// Person is somebody in the register.
type Person struct {
	Number, Old string // Old: the number before, empty for most
	Name        string
	Birth       time.Time
	Commune     string
}

// communeOf is where the i-th person is registered: neighbours in the register
// are not neighbours.
func (p *Province) communeOf(i int) int { return i % p.Communes }

// Person is the i-th person of the register.
func (p *Province) Person(i int) Person {
	d := p.dice(aPerson, uint64(i))
	// The year's last digit and the last six say which person it is.
	year := 1930 + 10*d.IntN(8) + i/1_000_000%10
	sex := d.IntN(2)
	x := Person{
		Number:  fmt.Sprintf("030%d%02d%06d", 2*(year/2000)+sex, year%100, i%1_000_000),
		Name:    families[d.IntN(len(families))] + " " + middles[sex] + " " + given[d.IntN(len(given))],
		Birth:   time.Date(year, time.Month(1+d.IntN(12)), 1+d.IntN(28), 0, 0, 0, 0, time.UTC),
		Commune: p.Commune(p.communeOf(i)),
	}
	if i%7 == 0 {
		x.Old = strconv.Itoa(140_000_000 + i)
	}
	return x
}

var (
	families = []string{"Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Lý"}
	middles  = []string{"Văn", "Thị"}
	given    = []string{"An", "Bình", "Chi", "Dũng", "Giang", "Hà", "Khánh", "Lan", "Minh", "Nga", "Phúc", "Quân", "Sơn", "Thảo", "Vân", "Yến"}
)

// index is which person a number of the register is of; false: nobody's.
func (p *Province) index(number string) (i int, ok bool) {
	if len(number) == 9 {
		n, err := strconv.Atoi(number)
		i = n - 140_000_000
		return i, err == nil && i >= 0 && i < p.People && i%7 == 0
	}
	if len(number) != 12 || number[:3] != "030" {
		return 0, false
	}
	n, err := strconv.Atoi(number[5:])
	i = n
	return i, err == nil && i < p.People && p.Person(i).Number == number
}

// Whose tells whose number it is and where that person is registered.
func (p *Province) Whose(number string) (person, commune string) {
	i, ok := p.index(number)
	if !ok {
		return "", ""
	}
	if len(number) == 12 {
		return number, p.Commune(p.communeOf(i))
	}
	return p.Person(i).Number, p.Commune(p.communeOf(i))
}

// Commune is the code of the i-th commune.
func (p *Province) Commune(i int) string { return fmt.Sprintf("%05d", 10_500+i) }

// District is the name of the district that the i-th commune was in.
func (p *Province) District(i int) string { return fmt.Sprintf("Huyện %d", 1+i/10) }

// Site is the id of the i-th site.
func (p *Province) Site(i int) string { return fmt.Sprintf("chot-%04d", i+1) }

// SiteName is what people call it.
func (p *Province) SiteName(i int) string { return fmt.Sprintf("Chốt số %d", i+1) }

// SiteCommune is the code of the commune that it stands in.
func (p *Province) SiteCommune(i int) string { return p.Commune(i % p.Communes) }

// SiteKind is as in the boxes' configuration.
func (p *Province) SiteKind(i int) string {
	return []string{"road", "building", "station", "mall"}[i%4]
}

// Box is the id of the site's box.
func (p *Province) Box(i int) string { return fmt.Sprintf("box-%04d", i+1) }
