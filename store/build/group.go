package build

import (
	"bytes"
	"errors"
)

// grouping puts the rows of each number of a part together. Its lists keep
// their memory from one part to the next.
type grouping struct {
	rows    []place
	numbers []chain
	find    map[uint64]uint32 // hash of a number -> in numbers
	group   []row
}

// place leads to a row, and to the next one of its number.
type place struct {
	at, next uint32 // in the part's bytes; in rows
}

// chain is the rows of one number.
type chain struct {
	first, last uint32 // in rows
}

// lastPlace ends a chain.
const lastPlace = 1<<32 - 1

var errPartSize = errors.New("file rows: more people than this version can build")

// each calls do with the rows of each number in the part's bytes, numbers and
// rows in the order they lie.
func (g *grouping) each(data []byte, do func(group []row) error) error {
	if err := g.index(data); err != nil {
		return err
	}
	for _, c := range g.numbers {
		g.group = g.group[:0]
		for i := c.first; i != lastPlace; i = g.rows[i].next {
			g.group = append(g.group, g.row(data, i))
		}
		if err := do(g.group); err != nil {
			return err
		}
	}
	return nil
}

// row i, which index found good.
func (g *grouping) row(data []byte, i uint32) row {
	r, _, _ := cutRow(data[g.rows[i].at:])
	return r
}

func (g *grouping) index(data []byte) error {
	if uint64(len(data)) > 1<<32-1 {
		return errPartSize
	}
	g.rows, g.numbers = g.rows[:0], g.numbers[:0]
	if g.find == nil {
		g.find = map[uint64]uint32{}
	}
	clear(g.find)
	for rest := data; len(rest) > 0; {
		r, after, err := cutRow(rest)
		if err != nil {
			return err
		}
		g.rows = append(g.rows, place{at: uint32(len(data) - len(rest)), next: lastPlace})
		g.chain(data, r.number)
		rest = after
	}
	return nil
}

// chain puts the newest row behind those of its number. Two numbers of one hash
// are told apart: the later takes the next free place.
func (g *grouping) chain(data, number []byte) {
	newest := uint32(len(g.rows) - 1)
	for h := hash(number); ; h++ {
		n, ok := g.find[h]
		if !ok {
			g.find[h] = uint32(len(g.numbers))
			g.numbers = append(g.numbers, chain{newest, newest})
			return
		}
		c := &g.numbers[n]
		if bytes.Equal(g.row(data, c.first).number, number) {
			g.rows[c.last].next = newest
			c.last = newest
			return
		}
	}
}
