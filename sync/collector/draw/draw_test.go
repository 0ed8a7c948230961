package draw

import (
	"bytes"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden pictures anew")

// element is what these tests ask about an element of a picture.
type element struct {
	name  string
	attrs map[string]string
	text  string
}

// elements reads a picture strictly, as XML.
func elements(t *testing.T, svg []byte) (all []*element) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(svg))
	var open []*element
	for {
		token, err := d.Token()
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, svg)
		}
		switch x := token.(type) {
		case xml.StartElement:
			e := &element{name: x.Name.Local, attrs: map[string]string{}}
			for _, a := range x.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			all, open = append(all, e), append(open, e)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(x)
			}
		}
	}
}

func texts(all []*element, name string) (found []string) {
	for _, e := range all {
		if e.name == name {
			found = append(found, e.text)
		}
	}
	return found
}

func golden(t *testing.T, name string, svg []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".svg")
	if *update {
		if err := os.WriteFile(path, svg, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(svg, want) {
		t.Errorf("%s is another picture: look at it, then go test -update", path)
	}
}

func somewhere() []Place {
	return []Place{
		{"QL5 – Lai Cách", 20.94, 106.24, 12_400, Ready}, {"QL37 – Chí Linh", 21.12, 106.39, 3_100, Offline}, {"ĐT391 – Tứ Kỳ", 20.82, 106.41, 900, Attention},
		{"Ga trung tâm", 20.945, 106.33, 5_200, Fault}, {"Bến xe phía Tây", 20.947, 106.332, 4_100, Ready}, {"Chợ Sặt", 20.90, 106.17, 0, None}, {"UBND tỉnh", 20.938, 106.318, 800, Emergency},
	}
}

func TestTheMapIsAsItWasLookedAt(t *testing.T) {
	golden(t, "map-vi", Map{ID: "map", Language: "vi", Title: "Điểm kiểm soát", Places: somewhere()}.SVG())
	golden(t, "map-en", Map{ID: "map", Language: "en", Title: "Checkpoints", Places: somewhere()}.SVG())
}

func day() (h [24]Hour) {
	for i := range h {
		h[i] = Hour{int64(1800 * math.Exp(-math.Pow(float64(i)-7, 2)/6)), int64(1500 * math.Exp(-math.Pow(float64(i)-17, 2)/8))}
	}
	return h
}

func TestThePlotIsAsItWasLookedAt(t *testing.T) {
	golden(t, "hours-vi", Hours{ID: "hours", Language: "vi", Title: "Người theo giờ", Hours: day()}.SVG())
	golden(t, "hours-en", Hours{ID: "hours", Language: "en", Title: "People by hour", Hours: day()}.SVG())
}

// Names come from files and boxes: none of them may break out of the picture.
func TestNamesCannotBreakThePicture(t *testing.T) {
	bad := `"><script>alert(1)</script>&]]>` + "\x00\x1b\xff"
	for name, svg := range map[string][]byte{
		"map":   Map{ID: bad, Language: "vi", Title: bad, Places: []Place{{Name: bad, Latitude: 20, Longitude: 106, Scans: 1, State: Ready}}}.SVG(),
		"hours": Hours{ID: bad, Language: "en", Title: bad, Hours: day()}.SVG(),
	} {
		for _, e := range elements(t, svg) {
			if e.name == "script" {
				t.Errorf("%s: a name became a script", name)
			}
		}
	}
}

// A page of a strict content policy takes neither styles nor anything from elsewhere.
func TestPicturesNeedNothingElse(t *testing.T) {
	for _, svg := range [][]byte{Map{ID: "m", Places: somewhere()}.SVG(), Hours{ID: "h", Hours: day()}.SVG()} {
		for _, e := range elements(t, svg) {
			if e.name == "style" || e.name == "image" || e.name == "foreignObject" || e.name == "use" {
				t.Errorf("the picture has a %s", e.name)
			}
			for key, value := range e.attrs {
				if key == "style" || key == "href" || strings.HasPrefix(key, "on") || strings.Contains(value, "url(") && !strings.Contains(value, "url(#") {
					t.Errorf("%s has %s=%q", e.name, key, value)
				}
			}
		}
	}
}

// A screen reader is told the title and the figures, and whoever points at a
// sign its name, state and people.
func TestPicturesAreToldInWords(t *testing.T) {
	all := elements(t, Map{ID: "m", Language: "en", Title: "Checkpoints", Places: somewhere()}.SVG())
	if all[0].attrs["role"] != "img" || all[0].attrs["aria-labelledby"] != "m-title m-text" || all[1].attrs["id"] != "m-title" || all[2].attrs["id"] != "m-text" {
		t.Errorf("%v %v %v", all[0].attrs, all[1].attrs, all[2].attrs)
	}
	if want := "7 places, 26\u202f500 scans. Emergency: 1. Fault: 1. Offline: 1. To be looked at: 1. Ready: 2. No box yet: 1."; all[2].text != want {
		t.Errorf("told %q, want %q", all[2].text, want)
	}
	titles := strings.Join(texts(all, "title"), "\n")
	for _, p := range somewhere() {
		if want := fmt.Sprintf("%s: %s · %s scans", p.Name, stateWords[p.State].en, grouped(p.Scans)); !strings.Contains(titles, want) {
			t.Errorf("no title %q", want)
		}
	}
	plot := elements(t, Hours{ID: "h", Language: "en", Title: "People", Hours: day()}.SVG())
	if want := "Busiest: in at 07:00 (1\u202f800), out at 17:00 (1\u202f500)."; !strings.HasSuffix(plot[2].text, want) {
		t.Errorf("told %q, want it to end %q", plot[2].text, want)
	}
	if n := len(texts(plot, "title")); n != 25 {
		t.Errorf("%d titles, want one for the plot and one an hour", n)
	}
}

// In greyscale the signs still differ: no two states are drawn alike when every
// colour is taken away.
func TestStatesDifferWithoutColour(t *testing.T) {
	forms := map[string]State{}
	for s := None; s <= Emergency; s++ {
		c := &canvas{}
		c.shape(s, 50, 50, 10)
		form := c.b.String()
		for _, colour := range []string{ink, faint, line, paper, green, yellow, grey} {
			form = strings.ReplaceAll(form, colour, "")
		}
		if other, met := forms[form]; met {
			t.Errorf("states %d and %d have the same form", s, other)
		}
		forms[form] = s
	}
}

// Wherever places lie, signs are on the canvas and names lie neither over a sign
// nor over each other.
func TestNamesDoNotCollide(t *testing.T) {
	for seed := range uint64(50) {
		d := rand.New(rand.NewPCG(seed, 1))
		var places []Place
		for i := range 1 + d.IntN(200) {
			places = append(places, Place{Name: fmt.Sprintf("Chốt số %d", i), Latitude: 20.7 + d.Float64()*.5, Longitude: 106.1 + d.Float64()*.4, Scans: int64(d.IntN(10_000)), State: State(d.IntN(8))})
		}
		m := Map{ID: "m", Places: places}
		spots, height, _ := m.project()
		names := place(spots, mapWidth, height)
		if len(names) == 0 {
			t.Errorf("seed %d: no name of %d found room", seed, len(places))
		}
		for i, a := range names {
			for _, b := range names[:i] {
				if a.box().meets(b.box()) {
					t.Fatalf("seed %d: %q lies over %q", seed, a.text, b.text)
				}
			}
			for _, s := range spots {
				if a.box().meets(box{s.x - s.r, s.y - s.r, s.x + s.r, s.y + s.r}) {
					t.Fatalf("seed %d: %q lies over the sign of %q", seed, a.text, s.Name)
				}
			}
		}
		for _, s := range spots {
			if s.x < s.r || s.y < s.r || s.x > mapWidth-s.r || s.y > height-s.r {
				t.Fatalf("seed %d: %q at %.0f, %.0f is not on the map of %.0f", seed, s.Name, s.x, s.y, height)
			}
		}
	}
}

// East is right, north is up, and a kilometre is as long either way.
func TestTheMapHasTheProportionsOfTheGround(t *testing.T) {
	m := Map{Places: []Place{{Name: "south-west", Latitude: 20, Longitude: 106}, {Name: "north-west", Latitude: 20.2, Longitude: 106}, {Name: "south-east", Latitude: 20, Longitude: 106.2}}}
	at := map[string]spot{}
	spots, _, scale := m.project()
	for _, s := range spots {
		at[s.Name] = s
	}
	up := (at["south-west"].y - at["north-west"].y) / scale // kilometres
	right := (at["south-east"].x - at["south-west"].x) / scale
	if math.Abs(up-22.24) > .1 || math.Abs(right-22.24*math.Cos(20.1*math.Pi/180)) > .1 {
		t.Errorf("%.2f km up and %.2f km right", up, right)
	}
}

// Few places, one, none, and coordinates that no place has draw a picture all the same.
func TestAMapOfLittleIsAMap(t *testing.T) {
	for name, places := range map[string][]Place{
		"none": nil, "one": somewhere()[:1], "two at one place": {somewhere()[0], somewhere()[0]},
		"nowhere": {{Name: "x", Latitude: math.NaN(), Longitude: 106}, {Name: "y", Latitude: 91, Longitude: 0}, {Name: "z", Latitude: 0, Longitude: math.Inf(1)}},
	} {
		svg := Map{ID: "m", Places: places}.SVG()
		elements(t, svg)
		if bytes.Contains(svg, []byte("NaN")) || bytes.Contains(svg, []byte("Inf")) {
			t.Errorf("%s: %s", name, svg)
		}
	}
}

// The scale ends at a round number at or above the highest bar, and no bar leaves it.
func TestBarsStayWithinTheScale(t *testing.T) {
	for _, most := range []int64{0, 1, 3, 4, 9, 10, 17, 99, 1000, 1001, 123_456, 9_999_999} {
		h := Hours{ID: "h", Language: "vi"}
		h.Hours[9] = Hour{most, most / 3}
		if top := h.top(); top < float64(most) || most > 0 && top > 2.5*float64(most)+2 {
			t.Errorf("%d people: the scale ends at %g", most, top)
		}
		lines := 0
		for _, e := range elements(t, h.SVG()) {
			if e.name == "path" && strings.Contains(e.attrs["d"], "H944") {
				lines++
			}
			if e.name != "rect" {
				continue
			}
			y, _ := strconv.ParseFloat(e.attrs["y"], 64)
			height, _ := strconv.ParseFloat(e.attrs["height"], 64)
			if e.attrs["width"] == "13" && height != 13 && (y < plotTop-.1 || math.Abs(y+height-plotBottom) > .2) {
				t.Errorf("%d people: a bar from %g, %g high", most, y, height)
			}
		}
		if lines < 2 || lines > 7 {
			t.Errorf("%d people: %d lines of the scale", most, lines)
		}
	}
}
