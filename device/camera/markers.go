//go:build linux

package camera

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"iter"
)

// Markers of JPEG (ITU-T T.81, table B.1).
const (
	markSOI  = 0xD8 // start of image
	markSOF0 = 0xC0 // frame of a picture line by line
	markSOF1 = 0xC1 // likewise, of more bits
	markSOF2 = 0xC2 // frame of a progressive picture
	markDHT  = 0xC4 // Huffman tables
	markRST0 = 0xD0 // the first of eight within a scan, which have no length
	markSOS  = 0xDA // start of scan
)

// segments are a JPEG's after its start, up to its first scan: the marker and
// what follows its length. They end at whatever is no segment. image/jpeg would
// go on and look for the next marker, but a picture is judged by what it says
// first, so nothing may stand there that the two read differently.
func segments(b []byte) iter.Seq2[byte, []byte] {
	return func(yield func(byte, []byte) bool) {
		rest, ok := bytes.CutPrefix(b, []byte{0xFF, markSOI})
		for ok && len(rest) > 4 && rest[0] == 0xFF {
			if rest[1] == 0xFF {
				rest = rest[1:] // any number of fill bytes (B.1.1.2)
				continue
			}
			mark, size := rest[1], int(binary.BigEndian.Uint16(rest[2:]))
			if mark < markSOF0 || mark >= markRST0 && mark <= markSOI || size < 2 || 2+size > len(rest) {
				return
			}
			if !yield(mark, rest[4:2+size]) || mark == markSOS {
				return
			}
			rest = rest[2+size:]
		}
	}
}

// hasTables tells whether a JPEG brings Huffman tables, before its first scan.
func hasTables(b []byte) bool {
	for mark := range segments(b) {
		switch mark {
		case markDHT:
			return true
		case markSOS:
			return false
		}
	}
	return true // or no JPEG: the decoder will say so
}

// shape is what a JPEG's frame header says of it (ITU-T T.81, B.2.2).
type shape struct {
	width, height int
	progressive   bool
	samples       []struct{ across, down int } // of each component: its sampling factors
}

// shapeOf finds the first frame header.
func shapeOf(b []byte) (s shape, err error) {
	for mark, h := range segments(b) {
		if mark != markSOF0 && mark != markSOF1 && mark != markSOF2 {
			continue
		}
		if len(h) < 6 || len(h) < 6+3*int(h[5]) {
			break
		}
		s.height, s.width, s.progressive = int(binary.BigEndian.Uint16(h[1:])), int(binary.BigEndian.Uint16(h[3:])), mark == markSOF2
		for c := range int(h[5]) {
			factors := h[6+3*c+1]
			s.samples = append(s.samples, struct{ across, down int }{int(factors >> 4), int(factors & 15)})
		}
		if s.width == 0 || s.height == 0 {
			break
		}
		return s, nil
	}
	return s, jpeg.FormatError("no sound frame header")
}

// unfolded is the bytes that image/jpeg makes of it, in whole blocks: one a
// sample, and of a progressive one its coefficients, 4 bytes each, before.
func (s *shape) unfolded() int {
	across, down := 1, 1
	for _, c := range s.samples {
		across, down = max(across, c.across), max(down, c.down)
	}
	blocks := 0 // in the least part that has all components
	for _, c := range s.samples {
		blocks += c.across * c.down
	}
	parts := (s.width + 8*across - 1) / (8 * across) * ((s.height + 8*down - 1) / (8 * down))
	bytes := 64 * blocks * parts
	if s.progressive {
		return (1 + 4) * bytes
	}
	return bytes
}

func (s *shape) kind() string {
	if s.progressive {
		return "progressive JPEG"
	}
	return "JPEG"
}
