package qr

// block is the side, in pixels, of the squares that have one threshold.
const block = 8

// plane is a picture with what is light and what is dark in each part of it.
type plane struct {
	Image
	threshold     []int16 // of each block, row by row
	columns, rows int     // of blocks
	reach         int     // blocks to each side that have a say in a threshold
	negative      bool    // light and dark are exchanged for the moment
	framed        bool    // what is dark around a finder may run on
	quiet         int     // range of grey in the calmer fifth of the blocks: mostly noise

	middle        []int16 // of each block: between mean and mid-range
	spread        []uint8 // of each block: lightest minus darkest
	low           []uint8
	sums, weights []int32
	widest        []uint8
}

// Below this range of grey a neighbourhood holds no edge, whatever the noise.
const (
	leastRange = 7
	mostRange  = 48
)

// look computes the thresholds of a picture of at least a block a side. That of a block is the mean of
// its neighbours' grey, each weighed by the square of its range: blocks on
// edges know best what lies between light and dark, flat ones know nothing.
func (p *plane) look(m Image, reach int) {
	p.Image, p.reach = m, reach
	p.columns, p.rows = (m.Width+block-1)/block, (m.Height+block-1)/block
	n := p.columns * p.rows
	grown(&p.middle, n)
	grown(&p.spread, n)
	grown(&p.low, n)
	grown(&p.threshold, n)
	grown(&p.sums, p.columns)
	grown(&p.weights, p.columns)
	grown(&p.widest, p.columns)
	p.measure()
	flat := min(mostRange, max(leastRange, p.quiet*3/2+2))
	for row := range p.rows {
		p.addColumns(row)
		p.blend(row, flat)
	}
}

// measure takes the statistics of each block from every second of its rows.
func (p *plane) measure() {
	var spreads [256]int
	for row := range p.rows {
		y0 := min(row*block, p.Height-block)
		for column := range p.columns {
			x0 := min(column*block, p.Width-block)
			i := row*p.columns + column
			sum, least, most := p.statistics(x0, y0)
			p.spread[i], p.low[i] = most-least, least
			p.middle[i] = int16((sum/32 + (int(least)+int(most))/2) / 2)
			spreads[most-least]++
		}
	}
	p.quiet = 0
	for seen := spreads[0]; seen <= len(p.spread)/5 && p.quiet < 255; seen += spreads[p.quiet] {
		p.quiet++
	}
}

// statistics is those of half a block: 32 pixels.
func (p *plane) statistics(x, y int) (sum int, least, most byte) {
	pix := p.Pix[y*p.Stride+x:]
	a, b := eight(pix, 0)
	c, d := eight(pix, 2*p.Stride)
	e, f := eight(pix, 4*p.Stride)
	g, h := eight(pix, 6*p.Stride)
	total := a + b + c + d + e + f + g + h
	a, b = sorted(a, b)
	c, d = sorted(c, d)
	e, f = sorted(e, f)
	g, h = sorted(g, h)
	low, high := leastOf(leastOf(a, c), leastOf(e, g)), mostOf(mostOf(b, d), mostOf(f, h))
	low, high = leastOf(low, low>>32), mostOf(high, high>>32)
	low, high = leastOf(low, low>>16), mostOf(high, high>>16)
	return int(total * ones >> 48), byte(low), byte(high)
}

// addColumns adds up each column's five blocks around a row.
func (p *plane) addColumns(row int) {
	from, to := max(0, row-p.reach), min(p.rows-1, row+p.reach)
	for column := range p.columns {
		var sum, weight int32
		var widest uint8
		for i := from*p.columns + column; i <= to*p.columns+column; i += p.columns {
			w := int32(p.spread[i]) * int32(p.spread[i])
			sum += w * int32(p.middle[i])
			weight += w
			widest = max(widest, p.spread[i])
		}
		p.sums[column], p.weights[column], p.widest[column] = sum>>3, weight>>3, widest // five of them fit 32 bits
	}
}

func (p *plane) blend(row, flat int) {
	for column := range p.columns {
		var sum, weight int32
		var widest uint8
		for i := max(0, column-p.reach); i <= min(p.columns-1, column+p.reach); i++ {
			sum += p.sums[i]
			weight += p.weights[i]
			widest = max(widest, p.widest[i])
		}
		i := row*p.columns + column
		switch {
		case int(widest) > flat && weight > 0:
			p.threshold[i] = int16(sum / weight)
		default:
			p.threshold[i] = p.between(row, column, flat)
		}
	}
}

// between is the threshold where no block holds an edge: edges may run along
// the blocks' borders, as in a picture drawn with modules of as many pixels.
func (p *plane) between(row, column, flat int) int16 {
	least, most := 255, 0
	for y := max(0, row-p.reach); y <= min(p.rows-1, row+p.reach); y++ {
		for x := max(0, column-p.reach); x <= min(p.columns-1, column+p.reach); x++ {
			i := y*p.columns + x
			least, most = min(least, int(p.low[i])), max(most, int(p.low[i])+int(p.spread[i]))
		}
	}
	if most-least <= mostRange+flat {
		return int16(p.low[row*p.columns+column]) / 2 // nothing there: all light
	}
	return int16((least + most) / 2)
}

// at is by how much a pixel is lighter than its threshold; below 0 it is dark.
func (p *plane) at(x, y int) int {
	v := int(p.Pix[y*p.Stride+x]) - int(p.threshold[(y/block)*p.columns+x/block]) - 1
	if p.negative {
		return ^v
	}
	return v
}

func (p *plane) has(x, y int) bool { return x >= 0 && y >= 0 && x < p.Width && y < p.Height }

// grey is the brightness between pixels (bilinear); ok is false outside.
func (p *plane) grey(at point) (v float64, ok bool) {
	if !(at.x >= 0 && at.y >= 0 && at.x < float64(p.Width-1) && at.y < float64(p.Height-1)) {
		return 0, false
	}
	x, y := int(at.x), int(at.y)
	fx, fy := at.x-float64(x), at.y-float64(y)
	i := y*p.Stride + x
	a, b := float64(p.Pix[i]), float64(p.Pix[i+1])
	c, d := float64(p.Pix[i+p.Stride]), float64(p.Pix[i+p.Stride+1])
	top, bottom := a+(b-a)*fx, c+(d-c)*fx
	v = top + (bottom-top)*fy
	if p.negative {
		v = 255 - v
	}
	return v, true
}

// light is by how much a place is lighter than its threshold; 0 outside. It is
// what most of the time goes into, so it does not call grey.
func (p *plane) light(at point) float64 {
	x, y := int(at.x), int(at.y)
	if !(at.x >= 0 && at.y >= 0 && at.x < float64(p.Width-1) && at.y < float64(p.Height-1)) { // as floats: what no int holds becomes the least one
		return 0
	}
	fx, fy := at.x-float64(x), at.y-float64(y)
	upper := p.Pix[y*p.Stride+x:]
	lower := upper[p.Stride : p.Stride+2]
	a, b, c, d := float64(upper[0]), float64(upper[1]), float64(lower[0]), float64(lower[1])
	top, bottom := a+(b-a)*fx, c+(d-c)*fx
	x, y = int(at.x+0.5), int(at.y+0.5)
	v := top + (bottom-top)*fy - float64(p.threshold[(y/block)*p.columns+x/block]) - 0.5
	if p.negative {
		return -v
	}
	return v
}
