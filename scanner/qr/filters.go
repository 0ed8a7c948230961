package qr

import "encoding/binary"

// half is the picture at half the size, each pixel the mean of four.
func half(m Image, into *[]byte) Image {
	h := Image{Width: m.Width / 2, Height: m.Height / 2, Stride: m.Width / 2}
	h.Pix = grown(into, h.Width*h.Height)
	for y := range h.Height {
		a, b := m.Pix[2*y*m.Stride:][:m.Width], m.Pix[(2*y+1)*m.Stride:][:m.Width]
		out := h.Pix[y*h.Stride:][:h.Width]
		x := 0
		for ; x+4 <= len(out); x += 4 {
			binary.LittleEndian.PutUint32(out[x:], meanOfFours(a, b, 2*x))
		}
		for ; x < len(out); x++ {
			out[x] = byte((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) / 4)
		}
	}
	return h
}

// meanOfFours makes four pixels of eight in each of two rows.
func meanOfFours(a, b []byte, x int) uint32 {
	ae, ao := eight(a, x)
	be, bo := eight(b, x)
	v := (ae + ao + be + bo + 2*ones) >> 2 & lanes
	v = (v | v>>8) & 0x0000_ffff_0000_ffff
	return uint32(v | v>>16)
}

// filtered is the picture with each row made of it and those reach rows above
// and below. What is beyond the last eight pixels of a row stays as it is.
func filtered(m Image, reach int, row func(above, here, below, out []byte), into *[]byte) Image {
	n := Image{Width: m.Width, Height: m.Height, Stride: m.Width}
	n.Pix = grown(into, n.Width*n.Height)
	for y := range m.Height {
		above, here, below := m.Pix[max(0, y-reach)*m.Stride:], m.Pix[y*m.Stride:], m.Pix[min(m.Height-1, y+reach)*m.Stride:]
		out := n.Pix[y*n.Stride:][:m.Width]
		row(above[:m.Width], here[:m.Width], below[:m.Width], out)
		rest := m.Width / block * block
		copy(out[rest:], here[rest:m.Width])
	}
	return n
}

// smooth is the picture with each pixel mixed with its eight neighbours
// (1 2 1 / 2 4 2 / 1 2 1), which leaves three eighths of the noise.
func smooth(m Image, into *[]byte) Image { return filtered(m, 1, smoothRow, into) }

func smoothRow(above, here, below, out []byte) {
	even, odd := weighted(above, here, below, 0)
	before := even << 48 // the odd pixels before, of which the last counts
	for x := 0; x+block <= len(out); x += block {
		nextEven, nextOdd := odd>>48, uint64(0)
		if x+2*block <= len(out) {
			nextEven, nextOdd = weighted(above, here, below, x+block)
		}
		e := (before>>48 | odd<<16) + 2*even + odd
		o := even + 2*odd + (even>>16 | nextEven<<48)
		binary.LittleEndian.PutUint64(out[x:], (e+8*ones)>>4&lanes|((o+8*ones)>>4&lanes)<<8)
		before, even, odd = odd, nextEven, nextOdd
	}
}

func weighted(above, here, below []byte, x int) (even, odd uint64) {
	a := binary.LittleEndian.Uint64(above[x:])
	h := binary.LittleEndian.Uint64(here[x:])
	b := binary.LittleEndian.Uint64(below[x:])
	return a&lanes + 2*(h&lanes) + b&lanes, a>>8&lanes + 2*(h>>8&lanes) + b>>8&lanes
}

// sharp is the picture with each pixel moved away from the mean of those two
// pixels off: against blur.
func sharp(m Image, into *[]byte) Image { return filtered(m, 2, sharpRow, into) }

func sharpRow(above, here, below, out []byte) {
	even, odd := eight(here, 0)
	evenBefore, oddBefore := even<<48, odd<<48
	for x := 0; x+block <= len(out); x += block {
		nextEven, nextOdd := even>>48, odd>>48
		if x+2*block <= len(out) {
			nextEven, nextOdd = eight(here, x+block)
		}
		a, b := binary.LittleEndian.Uint64(above[x:]), binary.LittleEndian.Uint64(below[x:])
		e := a&lanes + b&lanes + (evenBefore>>48 | even<<16) + (even>>16 | nextEven<<48)
		o := a>>8&lanes + b>>8&lanes + (oddBefore>>48 | odd<<16) + (odd>>16 | nextOdd<<48)
		binary.LittleEndian.PutUint64(out[x:], sharpened(even, e)|sharpened(odd, o)<<8)
		evenBefore, oddBefore, even, odd = even, odd, nextEven, nextOdd
	}
}

// sharpened is a third of seven times v less its four neighbours' sum.
func sharpened(v, around uint64) uint64 {
	d := (7*v | tops) - around
	above := d & tops
	d &= above - above>>15    // below 0: 0
	d = (d*21 + 32*ones) >> 6 // 21/64 is a third, nearly
	d &= 0x03ff_03ff_03ff_03ff
	over := d >> 8 & (3 * ones) // above 255: 254 or 255
	return (d | (over<<8 - over)) & lanes
}
