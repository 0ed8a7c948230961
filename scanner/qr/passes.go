package qr

// A pass is one way to look at a picture. What one misses another may see; in a
// stream of pictures each gets the first, and the others take turns.
type pass int

// The passes, the most fruitful first.
const (
	plain    pass = iota
	crisp         // against blur; in a noisy picture against noise
	halved        // large or coarse codes
	negative      // light on dark
	thorough      // every row, thresholds from further around
	large         // small pictures, and such without a quiet zone
	passes
)

// calm is the range of grey in flat places up to which sharpening brings out
// more code than noise.
const calm = 16

// small is the side of pictures, in pixels, that are worth enlarging, and
// enlargement how much.
const (
	small       = 300
	enlargement = 3
)

// Read looks at a picture in every way until a code is read, and gives all
// codes seen then, the clearest first.
func (r *Reader) Read(m Image) []Code {
	for p := range passes {
		if codes := r.pass(m, p); len(codes) > 0 {
			return codes
		}
	}
	return nil
}

func (r *Reader) pass(m Image, p pass) []Code {
	if min(m.Width, m.Height) < minSide || m.Width*m.Height > maxPixels {
		return nil
	}
	switch p {
	case plain:
		r.plane.look(m, 1)
		return r.look(3)
	case crisp:
		if r.plane.quiet <= calm {
			r.plane.look(sharp(m, &r.altered), 1)
		} else {
			r.plane.look(smooth(m, &r.altered, &r.sums), 1)
		}
		return r.look(3)
	case halved:
		r.plane.look(half(m, &r.altered), 1)
		return moved(r.look(2), 2, 0)
	case negative:
		r.plane.look(inverse(m, &r.altered), 1)
		return r.look(3)
	case thorough:
		r.plane.look(m, 2)
		return r.look(1)
	case large:
		if max(m.Width, m.Height) > small {
			return nil
		}
		r.plane.look(enlarged(m, enlargement, &r.altered), 2)
		return moved(r.look(2), 1/float64(enlargement), margin/float64(enlargement))
	}
	return nil
}
