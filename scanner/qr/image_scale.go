package qr

// margin is the light border, in pixels of the enlarged picture, that small
// pictures get: pictures cut out of screens often have no quiet zone.
const margin = 16

// enlarged is the picture at several times the size within a light border.
func enlarged(m Image, times int, into *[]byte) Image {
	n := Image{Width: m.Width*times + 2*margin, Height: m.Height*times + 2*margin}
	n.Stride = n.Width
	n.Pix = grown(into, n.Width*n.Height)
	for i := range n.Pix {
		n.Pix[i] = 255
	}
	for y := range m.Height * times {
		in, out := m.Pix[y/times*m.Stride:], n.Pix[(y+margin)*n.Stride+margin:]
		for x := range m.Width * times {
			out[x] = in[x/times]
		}
	}
	return n
}
