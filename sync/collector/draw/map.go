package draw

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Place is a checkpoint on the map.
type Place struct {
	Name                string
	Latitude, Longitude float64 // degrees, WGS 84; a place outside of their ranges is left out
	Scans               int64   // makes the sign larger
	State               State
}

// Map is a picture of places. North is up; degrees of longitude are as long as
// they are in the middle of the places (equirectangular).
type Map struct {
	ID       string // unique on the page
	Language string // "vi" or "en"
	Title    string
	Places   []Place
}

const (
	mapWidth            = 960.0
	lowest, highest     = 360.0, 760.0 // of a map, without its legend
	margin              = 48.0
	legendHeight        = 56.0
	smallest, largest   = 7.0, 20.0 // radius of a sign
	kilometresPerDegree = 111.2     // of latitude, mean
)

// spot is a place on the canvas.
type spot struct {
	Place
	x, y, r float64
}

// SVG draws the map.
func (m Map) SVG() []byte {
	spots, height, scale := m.project()
	counts := map[State]int{}
	var scans int64
	for _, s := range spots {
		counts[s.State]++
		scans += s.Scans
	}
	c := &canvas{}
	c.open(m.ID, mapWidth, height+legendHeight, m.Title, m.tell(len(spots), scans, counts))
	for _, s := range spots { // the worst last, on top
		c.printf(`<g><title>%s</title>`, escaped(fmt.Sprintf("%s: %s · %s %s", s.Name, stateWords[s.State].in(m.Language), grouped(s.Scans), scansWord.in(m.Language))))
		c.shape(s.State, s.x, s.y, s.r)
		c.printf(`</g>`)
	}
	for _, l := range place(spots, mapWidth, height) {
		c.label(l.x, l.y, l.anchor, ` font-size="12" paint-order="stroke" stroke="`+paper+`" stroke-width="3" stroke-linejoin="round"`, l.text)
	}
	c.scaleBar(scale, height)
	c.legend(m.Language, counts, height)
	return c.close()
}

var scansWord = words{"lượt", "scans"}

// tell is the map in words.
func (m Map) tell(places int, scans int64, counts map[State]int) string {
	text := fmt.Sprintf("%d %s, %s %s.", places, words{"điểm", "places"}.in(m.Language), grouped(scans), scansWord.in(m.Language))
	for s := Emergency; ; s-- {
		if counts[s] > 0 {
			text += fmt.Sprintf(" %s: %d.", capital(stateWords[s].in(m.Language)), counts[s])
		}
		if s == None {
			return text
		}
	}
}

func capital(text string) string {
	r := []rune(text)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}

// project puts the places on the canvas, and tells its height and how many
// units a kilometre is.
func (m Map) project() (spots []spot, height, scale float64) {
	west, east, south, north := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	var most int64
	for _, p := range m.Places {
		if !(math.Abs(p.Latitude) <= 90 && math.Abs(p.Longitude) <= 180) { // also what is no number
			continue
		}
		spots = append(spots, spot{Place: p})
		west, east = min(west, p.Longitude), max(east, p.Longitude)
		south, north = min(south, p.Latitude), max(north, p.Latitude)
		most = max(most, p.Scans)
	}
	if len(spots) == 0 {
		return nil, lowest, 0
	}
	squeeze := math.Cos((south + north) / 2 * math.Pi / 180)
	wide, tall := (east-west)*squeeze, north-south // degrees of latitude
	unit := min((mapWidth-2*margin)/max(wide, .01), (highest-2*margin)/max(tall, .01))
	height = min(highest, max(lowest, tall*unit+2*margin))
	left, top := (mapWidth-wide*unit)/2, (height-tall*unit)/2
	for i := range spots {
		s := &spots[i]
		s.x, s.y, s.r = left+(s.Longitude-west)*squeeze*unit, top+(north-s.Latitude)*unit, smallest
		if most > 0 && s.Scans > 0 {
			s.r += (largest - smallest) * math.Sqrt(float64(s.Scans)/float64(most)) // areas are to be compared
		}
	}
	slices.SortStableFunc(spots, func(a, b spot) int {
		return cmp.Or(int(a.State)-int(b.State), cmp.Compare(b.r, a.r), strings.Compare(a.Name, b.Name))
	})
	return spots, height, unit / kilometresPerDegree
}

// scaleBar shows a round number of kilometres.
func (c *canvas) scaleBar(scale, height float64) {
	if scale == 0 {
		return
	}
	km := nice(150 / scale)
	x, y := mapWidth-16.0, height-16
	c.printf(`<path d="M%s %sv5H%sv-5" fill="none" stroke="%s"/>`, n(x-km*scale), n(y-5), n(x), faint)
	c.label(x, y-8, "end", ` font-size="12" fill="`+faint+`"`, fmt.Sprintf("%g km", km))
}

// nice is the largest of 1, 2 and 5 times a power of ten that is not above x.
func nice(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, step := range []float64{5, 2} {
		if step*power <= x {
			return step * power
		}
	}
	return power
}

// legend shows each state that there is, with its sign, word and count.
func (c *canvas) legend(language string, counts map[State]int, top float64) {
	c.printf(`<path d="M0 %sH%s" stroke="%s"/>`, n(top), n(mapWidth), line)
	x := 24.0
	for s := None; s <= Emergency; s++ {
		if counts[s] == 0 {
			continue
		}
		text := fmt.Sprintf("%s · %d", stateWords[s].in(language), counts[s])
		c.shape(s, x, top+legendHeight/2, 9)
		c.label(x+20, top+legendHeight/2+5, "start", "", text)
		x += 44 + textWidth(text, 14)
	}
}
