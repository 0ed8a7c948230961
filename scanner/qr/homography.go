package qr

import "math"

// homography maps places in a symbol, in modules from its corner, to places in
// the picture: what a camera does to a plane.
type homography [9]float64

func (h *homography) at(u, v float64) point {
	z := 1 / (h[6]*u + h[7]*v + h[8])
	return point{(h[0]*u + h[1]*v + h[2]) * z, (h[3]*u + h[4]*v + h[5]) * z}
}

// sides are what one step of u and one of v come to in the picture at a place.
func (h *homography) sides(u, v float64) (du, dv point) {
	z := h[6]*u + h[7]*v + h[8]
	at := h.at(u, v)
	return point{(h[0] - at.x*h[6]) / z, (h[3] - at.y*h[6]) / z}, point{(h[1] - at.x*h[7]) / z, (h[4] - at.y*h[7]) / z}
}

// tilted maps (0,0), (1,0) and (0,1) to three places, where a step of u is wide
// times as long at the first as at the second, and one of v high times as long
// as at the third.
func tilted(corner, right, below point, wide, high float64) homography {
	g, h := math.Sqrt(wide)-1, math.Sqrt(high)-1
	return homography{
		(1+g)*right.x - corner.x, (1+h)*below.x - corner.x, corner.x,
		(1+g)*right.y - corner.y, (1+h)*below.y - corner.y, corner.y,
		g, h, 1,
	}
}

// square maps the corners (0,0), (1,0), (1,1), (0,1) to four places (Heckbert,
// Fundamentals of Texture Mapping, 2.2.3).
func square(p *[4]point) homography {
	d := p[0].minus(p[1]).plus(p[2]).minus(p[3])
	d1, d2 := p[1].minus(p[2]), p[3].minus(p[2])
	area := d1.x*d2.y - d2.x*d1.y
	g := (d.x*d2.y - d2.x*d.y) / area
	h := (d1.x*d.y - d.x*d1.y) / area
	return homography{
		p[1].x - p[0].x + g*p[1].x, p[3].x - p[0].x + h*p[3].x, p[0].x,
		p[1].y - p[0].y + g*p[1].y, p[3].y - p[0].y + h*p[3].y, p[0].y,
		g, h, 1,
	}
}

// inverse up to a factor, which does not matter.
func (h *homography) inverse() homography {
	return homography{
		h[4]*h[8] - h[5]*h[7], h[2]*h[7] - h[1]*h[8], h[1]*h[5] - h[2]*h[4],
		h[5]*h[6] - h[3]*h[8], h[0]*h[8] - h[2]*h[6], h[2]*h[3] - h[0]*h[5],
		h[3]*h[7] - h[4]*h[6], h[1]*h[6] - h[0]*h[7], h[0]*h[4] - h[1]*h[3],
	}
}

func (h *homography) after(first *homography) (all homography) {
	for i := range 3 {
		for j := range 3 {
			all[3*i+j] = h[3*i]*first[j] + h[3*i+1]*first[3+j] + h[3*i+2]*first[6+j]
		}
	}
	return all
}

// between maps four places to four places.
func between(from, to *[4]point) homography {
	a, b := square(to), square(from)
	back := b.inverse()
	return a.after(&back)
}
