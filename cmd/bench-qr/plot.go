package main

import (
	"fmt"
	"slices"
	"strings"
)

// The plot's measures, in pixels: two panels beside two.
const (
	panelWide, panelHigh = 330, 200
	gapWide, gapHigh     = 80, 70
	leftEdge, topEdge    = 60, 60
)

// stroke is how a decoder is drawn, to be told apart without colours too.
type stroke struct{ colour, dashes string }

func strokes() map[string]stroke {
	return map[string]stroke{
		ours: {"#0072b2", ""}, zxing3: {"#d55e00", "7 3"}, zxing1: {"#009e73", "3 3"}, zbar: {"#cc79a7", "9 3 2 3"}, gozxings: {"#555555", "1 3"},
	}
}

// plot draws the share of codes read along each sweep.
func (r *result) plot() string {
	var b strings.Builder
	wide, high := leftEdge+2*panelWide+gapWide+30, topEdge+2*panelHigh+2*gapHigh
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="13">`+"\n", wide, high, wide, high)
	fmt.Fprintf(&b, `<rect width="%d" height="%d" fill="white"/>`+"\n", wide, high)
	for i, d := range r.decoders {
		x := leftEdge + i*140
		s := strokes()[d]
		fmt.Fprintf(&b, `<path d="M%d 24h32" stroke="%s" stroke-width="2.5" stroke-dasharray="%s"/><text x="%d" y="28">%s</text>`+"\n", x, s.colour, s.dashes, x+38, d)
	}
	for i, w := range sweeps() {
		if steps := r.steps(w); len(steps) > 1 {
			p := panel{leftEdge + i%2*(panelWide+gapWide), topEdge + i/2*(panelHigh+gapHigh), w.steps}
			p.frame(&b, w.axis)
			for _, d := range slices.Backward(r.decoders) { // ours on top
				p.line(&b, strokes()[d], steps, func(s *set) tally { return r.of(d, s) })
			}
		}
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// panel is one sweep's axes.
type panel struct {
	x, y  int // its top left corner
	steps []float64
}

func (p *panel) across(at float64) float64 {
	low, high := p.steps[0], p.steps[len(p.steps)-1]
	return float64(p.x) + panelWide*(at-low)/(high-low)
}

func (p *panel) down(share float64) float64 { return float64(p.y) + panelHigh*(1-share) }

func (p *panel) frame(b *strings.Builder, axis string) {
	for _, share := range []float64{0, 0.5, 1} {
		y := p.down(share)
		fmt.Fprintf(b, `<path d="M%d %.1fh%d" stroke="#ccc"/><text x="%d" y="%.1f" text-anchor="end">%.0f %%</text>`+"\n", p.x, y, panelWide, p.x-6, y+4, 100*share)
	}
	for _, at := range p.steps {
		x := p.across(at)
		fmt.Fprintf(b, `<path d="M%.1f %dv4" stroke="#888"/><text x="%.1f" y="%d" text-anchor="middle" font-size="11">%g</text>`+"\n", x, p.y+panelHigh, x, p.y+panelHigh+17, at)
	}
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">%s</text>`+"\n", p.x+panelWide/2, p.y+panelHigh+37, axis)
}

func (p *panel) line(b *strings.Builder, s stroke, steps []*set, of func(*set) tally) {
	var points []string
	for _, step := range steps {
		t := of(step)
		points = append(points, fmt.Sprintf("%.1f,%.1f", p.across(step.at), p.down(float64(t.read)/float64(max(t.codes, 1)))))
	}
	fmt.Fprintf(b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="2.5" stroke-dasharray="%s"/>`+"\n", strings.Join(points, " "), s.colour, s.dashes)
}
