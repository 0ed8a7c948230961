package draw

import (
	"fmt"
	"math"
)

// Hour is how many people passed in an hour.
type Hour struct{ In, Out int64 }

// Hours is a plot of people by hour of a day.
type Hours struct {
	ID       string // unique on the page
	Language string // "vi" or "en"
	Title    string
	Hours    [24]Hour
}

const (
	plotWidth, plotHeight = 960.0, 320.0
	plotLeft, plotRight   = 64.0, 944.0
	plotTop, plotBottom   = 44.0, 280.0
	barWidth              = 13.0
)

var (
	inWord   = words{"vào", "in"}
	outWord  = words{"ra", "out"}
	hourWord = words{"giờ", "hour"}
)

// SVG draws the plot: for each hour a dark bar for people in, and a light, hatched
// one for people out.
func (h Hours) SVG() []byte {
	top := h.top()
	c := &canvas{}
	c.open(h.ID, plotWidth, plotHeight, h.Title, h.tell())
	pattern := escaped(h.ID) + "-out"
	c.printf(`<defs><pattern id="%s" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="%s"/><path d="M0 0V5" stroke="%s" stroke-width="2.4"/></pattern></defs>`, pattern, paper, ink)
	h.axes(c, top)
	y := func(people int64) float64 { return plotBottom - (plotBottom-plotTop)*float64(people)/top }
	step := (plotRight - plotLeft) / 24
	for i, hour := range h.Hours {
		middle := plotLeft + (float64(i)+.5)*step
		c.printf(`<g><title>%s</title>`, escaped(h.hour(i)))
		if hour.In > 0 {
			c.printf(`<rect x="%s" y="%s" width="%s" height="%s" fill="%s"/>`, n(middle-barWidth-1), n(y(hour.In)), n(barWidth), n(plotBottom-y(hour.In)), ink)
		}
		if hour.Out > 0 {
			c.printf(`<rect x="%s" y="%s" width="%s" height="%s" fill="url(#%s)" stroke="%s"/>`, n(middle+1), n(y(hour.Out)), n(barWidth), n(plotBottom-y(hour.Out)), pattern, ink)
		}
		c.printf(`</g>`)
		c.label(middle, plotBottom+20, "middle", ` font-size="13"`, fmt.Sprintf("%02d", i))
	}
	in, out := h.sum()
	c.printf(`<rect x="%s" y="14" width="13" height="13" fill="%s"/>`, n(plotLeft), ink)
	c.label(plotLeft+20, 25, "start", ` font-weight="600"`, fmt.Sprintf("%s · %s", inWord.in(h.Language), grouped(in)))
	c.printf(`<rect x="%s" y="14" width="13" height="13" fill="url(#%s)" stroke="%s"/>`, n(plotLeft+180), pattern, ink)
	c.label(plotLeft+200, 25, "start", ` font-weight="600"`, fmt.Sprintf("%s · %s", outWord.in(h.Language), grouped(out)))
	c.label(plotRight, plotHeight-4, "end", ` font-size="12" fill="`+faint+`"`, hourWord.in(h.Language))
	return c.close()
}

// top is the end of the scale: a round number that no bar is above.
func (h Hours) top() float64 {
	var most int64
	for _, hour := range h.Hours {
		most = max(most, hour.In, hour.Out)
	}
	step := tick(most)
	return max(1, math.Ceil(float64(most)/step)) * step
}

// tick is the distance of two lines of the scale: whole people, at most five lines.
func tick(most int64) float64 {
	step := max(1, nice(max(1, float64(most)/4)))
	for float64(most)/step > 5 {
		step = nice(step * 2.5)
	}
	return step
}

func (h Hours) axes(c *canvas, top float64) {
	var most int64
	for _, hour := range h.Hours {
		most = max(most, hour.In, hour.Out)
	}
	step := tick(most)
	for v := 0.0; v <= top; v += step {
		y := plotBottom - (plotBottom-plotTop)*v/top
		c.printf(`<path d="M%s %sH%s" stroke="%s"/>`, n(plotLeft), n(y), n(plotRight), line)
		c.label(plotLeft-8, y+4, "end", ` font-size="12" fill="`+faint+`"`, grouped(int64(v)))
	}
}

func (h Hours) sum() (in, out int64) {
	for _, hour := range h.Hours {
		in, out = in+hour.In, out+hour.Out
	}
	return in, out
}

func (h Hours) hour(i int) string {
	return fmt.Sprintf("%02d:00–%02d:00: %s %s, %s %s", i, i+1, grouped(h.Hours[i].In), inWord.in(h.Language), grouped(h.Hours[i].Out), outWord.in(h.Language))
}

// tell is the plot in words: the sums, and the busiest hour each way.
func (h Hours) tell() string {
	in, out := h.sum()
	busiestIn, busiestOut := 0, 0
	for i, hour := range h.Hours {
		if hour.In > h.Hours[busiestIn].In {
			busiestIn = i
		}
		if hour.Out > h.Hours[busiestOut].Out {
			busiestOut = i
		}
	}
	format := words{"%s người vào, %s người ra. Đông nhất: vào lúc %02d giờ (%s), ra lúc %02d giờ (%s).",
		"%s people in, %s people out. Busiest: in at %02d:00 (%s), out at %02d:00 (%s)."}
	return fmt.Sprintf(format.in(h.Language), grouped(in), grouped(out), busiestIn, grouped(h.Hours[busiestIn].In), busiestOut, grouped(h.Hours[busiestOut].Out))
}
