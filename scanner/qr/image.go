package qr

// Image is a plane of brightness: the Y of YUYV, NV12 and JPEG, or GREY.
type Image struct {
	Pix           []byte
	Width, Height int
	Stride        int // bytes from one row to the next
}

// sound tells whether the picture is worth looking at and has all its pixels.
func (m Image) sound() bool {
	return min(m.Width, m.Height) >= minSide && m.Width <= maxPixels/m.Height &&
		m.Stride >= m.Width && len(m.Pix) >= (m.Height-1)*m.Stride+m.Width
}

// point is a place in a picture; the centre of the first pixel is (0, 0).
type point struct{ x, y float64 }

func (p point) plus(q point) point             { return point{p.x + q.x, p.y + q.y} }
func (p point) minus(q point) point            { return point{p.x - q.x, p.y - q.y} }
func (p point) times(f float64) point          { return point{p.x * f, p.y * f} }
func (p point) moved(f float64, q point) point { return point{p.x + f*q.x, p.y + f*q.y} }

// grown gives n elements of a buffer that is kept from picture to picture.
func grown[T any](buffer *[]T, n int) []T {
	if cap(*buffer) < n {
		*buffer = make([]T, n)
	}
	*buffer = (*buffer)[:n]
	return *buffer
}
