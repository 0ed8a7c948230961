package page_test

import (
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// rgb is a colour in sRGB, each part 0 to 1.
type rgb [3]float64

// palette reads the colours that the style sheet names.
func palette(t *testing.T) map[string]rgb {
	t.Helper()
	css, err := os.ReadFile("assets/page.css")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]rgb{"black": {}, "white": {1, 1, 1}}
	for _, m := range regexp.MustCompile(`--([a-z]+): #([0-9a-f]{6})`).FindAllStringSubmatch(string(css), -1) {
		n, err := strconv.ParseUint(m[2], 16, 32)
		if err != nil {
			t.Fatal(err)
		}
		all[m[1]] = rgb{float64(n>>16) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}
	}
	return all
}

// linear undoes sRGB's transfer (IEC 61966-2-1).
func (c rgb) linear() (l rgb) {
	for i, v := range c {
		if l[i] = v / 12.92; v > 0.04045 {
			l[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return l
}

// luminance is WCAG 2.2's relative luminance.
func (c rgb) luminance() float64 {
	l := c.linear()
	return 0.2126*l[0] + 0.7152*l[1] + 0.0722*l[2]
}

func contrast(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// lab is CIE L*a*b* under D65.
func lab(linear rgb) (out [3]float64) {
	x := 0.4124*linear[0] + 0.3576*linear[1] + 0.1805*linear[2]
	y := 0.2126*linear[0] + 0.7152*linear[1] + 0.0722*linear[2]
	z := 0.0193*linear[0] + 0.1192*linear[1] + 0.9505*linear[2]
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	fx, fy, fz := f(x/0.95047), f(y), f(z/1.08883)
	return [3]float64{116*fy - 16, 500 * (fx - fy), 200 * (fy - fz)}
}

// Full dichromacy, in linear RGB: Machado, Oliveira and Fernandes, "A
// physiologically-based model for simulation of color vision deficiency", IEEE
// TVCG 15(6), 2009, severity 1.0.
var visions = map[string][3]rgb{
	"full":   {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protan": {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deutan": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritan": {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

func seen(c rgb, vision [3]rgb) (out rgb) {
	l := c.linear()
	for i, row := range vision {
		out[i] = min(1, max(0, row[0]*l[0]+row[1]*l[1]+row[2]*l[2]))
	}
	return out
}

// difference is CIE 1976's.
func difference(a, b rgb, vision [3]rgb) float64 {
	p, q := lab(seen(a, vision)), lab(seen(b, vision))
	return math.Hypot(math.Hypot(p[0]-q[0], p[1]-q[1]), p[2]-q[2])
}

func TestVerdictsAreReadFromAfar(t *testing.T) {
	c := palette(t)
	for block, ink := range map[string]string{"go": "black", "check": "black", "stop": "white", "machine": "black"} {
		if r := contrast(c[block], c[ink]); r < 7 {
			t.Errorf("%s on %s: contrast %.1f, want 7", ink, block, r)
		}
	}
	for _, text := range []string{"ink", "second"} {
		for _, on := range []string{"white", "strip", "differs"} {
			if r := contrast(c[text], c[on]); r < 7 {
				t.Errorf("%s on %s: contrast %.1f, want 7", text, on, r)
			}
		}
	}
}

// Somebody who does not see red, green or blue still tells the blocks apart by
// their colours, before shape and word.
func TestVerdictsAreToldApartByEveryEye(t *testing.T) {
	c := palette(t)
	blocks := []string{"go", "check", "stop", "machine"}
	for name, vision := range visions {
		for i, a := range blocks {
			for _, b := range blocks[i+1:] {
				d := difference(c[a], c[b], vision)
				t.Logf("%s: %s and %s differ by %.0f", name, a, b, d)
				if d < 20 {
					t.Errorf("%s: %s and %s differ by %.0f, want 20", name, a, b, d)
				}
			}
		}
	}
}
