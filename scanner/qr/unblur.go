package qr

import "checkpoint/scanner/qr/symbol"

// blur is how a module's brightness mixes with that of its eight neighbours:
// the camera's focus and motion, measured on the symbol itself. 9 is a constant.
type blur [10]float64

// measureBlur fits the mixture to the modules whose colour and whose
// neighbours' colours are known, by least squares. grid is about 1 for light and
// -1 for dark modules.
func measureBlur(l *symbol.Layout, grid []float32) (b blur, ok bool) {
	var m [10][11]float64 // normal equations
	var x [10]float64
	x[9] = 1
	for _, at := range l.Surrounded() {
		for k := range 9 {
			x[k] = float64(l.Colour(at + (k/3-1)*l.Size + k%3 - 1))
		}
		y := float64(grid[at])
		for i := range x {
			for j := range x {
				m[i][j] += x[i] * x[j]
			}
			m[i][10] += x[i] * y
		}
	}
	for i := range 10 {
		m[i][i] += 0.5 // what is not known well stays small
	}
	for i := range 10 {
		if m[i][i] < 1e-9 {
			return b, false
		}
		for j := i + 1; j < 10; j++ {
			f := m[j][i] / m[i][i]
			for k := i; k < 11; k++ {
				m[j][k] -= f * m[i][k]
			}
		}
	}
	for i := 9; i >= 0; i-- {
		b[i] = m[i][10]
		for j := i + 1; j < 10; j++ {
			b[i] -= m[i][j] * b[j]
		}
		b[i] /= m[i][i]
	}
	return b, b[4] > 0.05
}

// unblur takes the neighbours' share, as far as they are known by now, out of
// each module's brightness: into is a better guess than guess.
func unblur(l *symbol.Layout, b blur, grid, guess, into []float32) {
	size := l.Size
	value := func(x, y int) float64 {
		if x < 0 || y < 0 || x >= size || y >= size {
			return 1 // the quiet zone is light
		}
		if c := l.Colour(y*size + x); c != 0 {
			return float64(c)
		}
		return min(1, max(-1, float64(guess[y*size+x])))
	}
	for y := range size {
		for x := range size {
			v := float64(grid[y*size+x]) - b[9]
			for k := range 9 {
				if k != 4 {
					v -= b[k] * value(x+k%3-1, y+k/3-1)
				}
			}
			into[y*size+x] = float32(v / b[4])
		}
	}
}
