package qr

// A pass is one way to look at a picture. What one misses another may see; in a
// stream of pictures each gets the first, and the others take turns.
type pass int

// The passes, the most fruitful first.
const (
	plain  pass = iota
	crisp       // against blur and noise
	halved      // large or coarse codes
	framed      // codes without a quiet zone on something dark
	large       // small pictures
	passes
)

// Pictures that some passes are worth their time for.
const (
	middling    = 1 << 19 // pixels
	small       = 300     // pixels a side
	enlargement = 3       // of small ones
)

func (p pass) worthwhile(m Image) bool {
	switch p {
	case framed:
		return m.Width*m.Height <= middling
	case large:
		return max(m.Width, m.Height) <= small
	}
	return true
}

// crowded tells that the pass before saw texture all over the picture.
// Sharpened it would show even more.
func (r *Reader) crowded() bool { return max(len(r.found.list), len(r.light.list)) >= 2*crowd }

// next is the further pass after p that is worth its time.
func (p pass) next(m Image) pass {
	for {
		if p++; p >= passes {
			p = crisp
		}
		if p.worthwhile(m) {
			return p
		}
	}
}

// Read looks at a picture in every way until a code is read, and gives all
// codes seen then, the clearest first.
func (r *Reader) Read(m Image) []Code {
	r.laid = 0
	for p := range passes {
		if p == crisp && r.crowded() {
			continue
		}
		if codes := r.pass(m, p); len(codes) > 0 {
			return codes
		}
	}
	return nil
}

func (r *Reader) pass(m Image, p pass) []Code {
	if !m.sound() || !p.worthwhile(m) {
		return nil
	}
	switch p {
	case plain:
		r.plane.look(m, 1)
		return r.look(rows{3, 2600})
	case crisp:
		r.plane.look(sharp(smooth(m, &r.smoothed), &r.altered), 1)
		return r.look(rows{3, 1500})
	case halved:
		r.plane.look(half(m, &r.altered), 1)
		return r.moved(2, point{}, func() []Code { return r.look(rows{2, 2000}) })
	case framed:
		r.plane.framed = true
		r.plane.look(m, 1)
		codes := r.look(rows{3, 2600})
		r.plane.framed = false
		return codes
	case large:
		r.plane.look(enlarged(m, enlargement, &r.altered), 2)
		border := -margin / float64(enlargement)
		return r.moved(1/float64(enlargement), point{border, border}, func() []Code { return r.look(rows{2, 2500}) })
	}
	return nil
}
