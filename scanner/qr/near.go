package qr

import "math"

// nearRead is the clearest three finders of a picture, read or not.
type nearRead struct {
	fit     float64
	module  float64 // pixels
	corners [4][2]float64
}

// worthFollowing is the agreement of three finders, of 1, that is no accident.
const worthFollowing = 0.45

// remember keeps the clearest triple of a picture.
func (r *Reader) remember(t *triple) {
	if t.fit <= r.near.fit {
		return
	}
	u, v := t.right.minus(t.corner.point), t.below.minus(t.corner.point)
	a, b := 3.5*t.across/math.Hypot(u.x, u.y), 3.5*t.down/math.Hypot(v.x, v.y)
	at := func(i, j float64) [2]float64 {
		p := t.corner.moved(i, u).moved(j, v)
		return [2]float64{p.x, p.y}
	}
	r.near = nearRead{t.fit, t.module(), [4][2]float64{at(-a, -b), at(1+a, -b), at(1+a, 1+b), at(-a, 1+b)}}
}

// moved looks at an altered picture or a part of one, and puts what is found
// there back into the picture.
func (r *Reader) moved(scale float64, shift point, look func() []Code) []Code {
	was := r.near
	r.near = nearRead{}
	codes := look()
	for i := range codes {
		moveCorners(&codes[i].Corners, scale, shift)
	}
	if was.fit >= r.near.fit {
		r.near = was
		return codes
	}
	r.near.module *= scale
	moveCorners(&r.near.corners, scale, shift)
	return codes
}

func moveCorners(corners *[4][2]float64, scale float64, shift point) {
	for i, c := range corners {
		corners[i] = [2]float64{(c[0]+0.5)*scale - 0.5 + shift.x, (c[1]+0.5)*scale - 0.5 + shift.y}
	}
}
