package draw

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// name is a place's name where it stands on the map.
type name struct {
	x, y   float64
	anchor string
	text   string
}

// box is a part of the canvas.
type box struct{ left, top, right, bottom float64 }

func (b box) meets(o box) bool {
	return b.left < o.right && o.left < b.right && b.top < o.bottom && o.top < b.bottom
}

const nameSize = 12.0

// textWidth is about how wide a text is: letters of Inter are 0.56 of their size
// wide in the mean, measured on Vietnamese names.
func textWidth(text string, size float64) float64 {
	return float64(utf8.RuneCountInString(text)) * size * .58
}

// place finds room for the names, those of the largest places first. A name that
// would lie over a sign or another name is left out: its sign still tells it to
// whoever points at it, and the list beside the map has all.
func place(spots []spot, width, height float64) (names []name) {
	var taken []box
	for _, s := range spots {
		taken = append(taken, box{s.x - s.r, s.y - s.r, s.x + s.r, s.y + s.r})
	}
	order := slices.Clone(spots)
	slices.SortStableFunc(order, func(a, b spot) int {
		return cmp.Or(cmp.Compare(b.Scans, a.Scans), int(b.State)-int(a.State))
	})
	for _, s := range order {
		for _, n := range around(s) {
			b := n.box()
			if b.left < 2 || b.top < 2 || b.right > width-2 || b.bottom > height-2 || slices.ContainsFunc(taken, b.meets) {
				continue
			}
			names, taken = append(names, n), append(taken, b)
			break
		}
	}
	return names
}

// around are where a name may stand: right, left, above, below.
func around(s spot) []name {
	const gap = 4
	middle := s.y + nameSize*.35
	return []name{
		{s.x + s.r + gap, middle, "start", s.Name}, {s.x - s.r - gap, middle, "end", s.Name},
		{s.x, s.y - s.r - gap, "middle", s.Name}, {s.x, s.y + s.r + gap + nameSize*.8, "middle", s.Name},
	}
}

func (n name) box() box {
	w := textWidth(n.text, nameSize)
	left := n.x
	switch n.anchor {
	case "end":
		left -= w
	case "middle":
		left -= w / 2
	}
	return box{left, n.y - nameSize*.9, left + w, n.y + nameSize*.25}
}
