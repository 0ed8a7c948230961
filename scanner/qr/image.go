package qr

// Image is a plane of brightness: the Y of YUYV, NV12 and JPEG, or GREY.
type Image struct {
	Pix           []byte
	Width, Height int
	Stride        int // bytes from one row to the next
}

// point is a place in a picture; the centre of the first pixel is (0, 0).
type point struct{ x, y float64 }

func (p point) plus(q point) point             { return point{p.x + q.x, p.y + q.y} }
func (p point) minus(q point) point            { return point{p.x - q.x, p.y - q.y} }
func (p point) times(f float64) point          { return point{p.x * f, p.y * f} }
func (p point) moved(f float64, q point) point { return point{p.x + f*q.x, p.y + f*q.y} }

// half is the picture at half the size, each pixel the mean of four.
func half(m Image, into *[]byte) Image {
	h := Image{Width: m.Width / 2, Height: m.Height / 2, Stride: m.Width / 2}
	h.Pix = grown(into, h.Width*h.Height)
	for y := range h.Height {
		a, b := m.Pix[2*y*m.Stride:], m.Pix[(2*y+1)*m.Stride:]
		out := h.Pix[y*h.Stride : (y+1)*h.Stride]
		for x := range out {
			out[x] = byte((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) / 4)
		}
	}
	return h
}

// inverse is the picture with light and dark exchanged.
func inverse(m Image, into *[]byte) Image {
	n := Image{Width: m.Width, Height: m.Height, Stride: m.Width}
	n.Pix = grown(into, n.Width*n.Height)
	for y := range n.Height {
		in, out := m.Pix[y*m.Stride:], n.Pix[y*n.Stride:(y+1)*n.Stride]
		for x := range out {
			out[x] = 255 - in[x]
		}
	}
	return n
}

// grown gives n elements of a buffer that is kept from picture to picture.
func grown[T any](buffer *[]T, n int) []T {
	if cap(*buffer) < n {
		*buffer = make([]T, n)
	}
	*buffer = (*buffer)[:n]
	return *buffer
}

// smooth is the picture with each pixel mixed with its eight neighbours
// (1 2 1 / 2 4 2 / 1 2 1), which leaves three eighths of the noise.
func smooth(m Image, into *[]byte, sums *[]uint16) Image {
	n := Image{Width: m.Width, Height: m.Height, Stride: m.Width}
	n.Pix = grown(into, n.Width*n.Height)
	down := grown(sums, m.Width)
	for y := range m.Height {
		above, here, below := m.Pix[max(0, y-1)*m.Stride:], m.Pix[y*m.Stride:], m.Pix[min(m.Height-1, y+1)*m.Stride:]
		above, here, below = above[:m.Width], here[:m.Width], below[:m.Width]
		for x := range down {
			down[x] = uint16(above[x]) + 2*uint16(here[x]) + uint16(below[x])
		}
		out := n.Pix[y*n.Stride : (y+1)*n.Stride]
		out[0], out[len(out)-1] = byte(down[0]/4), byte(down[len(down)-1]/4)
		for x := 1; x < len(down)-1; x++ {
			out[x] = byte((down[x-1] + 2*down[x] + down[x+1] + 8) / 16)
		}
	}
	return n
}

// sharp is the picture with each pixel moved away from the mean of those two
// pixels off: against blur.
func sharp(m Image, into *[]byte) Image {
	n := Image{Width: m.Width, Height: m.Height, Stride: m.Width}
	n.Pix = grown(into, n.Width*n.Height)
	for y := range m.Height {
		above, here, below := m.Pix[max(0, y-2)*m.Stride:], m.Pix[y*m.Stride:], m.Pix[min(m.Height-1, y+2)*m.Stride:]
		above, here, below = above[:m.Width], here[:m.Width], below[:m.Width]
		out := n.Pix[y*n.Stride : (y+1)*n.Stride]
		copy(out, here)
		for x := 2; x < len(out)-2; x++ {
			v := int(here[x])
			v += (4*v - int(above[x]) - int(below[x]) - int(here[x-2]) - int(here[x+2])) / 3
			out[x] = byte(min(255, max(0, v)))
		}
	}
	return n
}
