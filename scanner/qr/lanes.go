package qr

import "encoding/binary"

// Eight pixels are worked on at a time, without the processor's own vector
// instructions, which differ: those at even places in the four lanes, of 16
// bits each, of one word, those at odd places in another.
const (
	lanes = 0x00ff_00ff_00ff_00ff // the brightness in each lane
	tops  = 0x8000_8000_8000_8000 // the sign of each lane
	ones  = 0x0001_0001_0001_0001
)

func eight(row []byte, x int) (even, odd uint64) {
	v := binary.LittleEndian.Uint64(row[x:])
	return v & lanes, v >> 8 & lanes
}

// atLeast is 0xff in each lane where a is not below b. Both are below 0x8000.
func atLeast(a, b uint64) uint64 {
	m := ((a | tops) - b) & tops
	return m>>7 - m>>15
}

// sorted puts the lesser of each lane into one word, the greater into another.
func sorted(a, b uint64) (lesser, greater uint64) {
	d := (a ^ b) & atLeast(a, b)
	return a ^ d, b ^ d
}

func leastOf(a, b uint64) uint64 { v, _ := sorted(a, b); return v }
func mostOf(a, b uint64) uint64  { _, v := sorted(a, b); return v }

// lightOf has a bit for each of eight pixels, the first lowest, that is set if
// the pixel is at least limit. Beyond its end a row goes on as it ends.
func lightOf(row []byte, x, limit int) uint {
	if x+block > len(row) {
		var rest [block]byte
		n := copy(rest[:], row[x:])
		for i := n; i < block; i++ {
			rest[i] = rest[n-1]
		}
		row, x = rest[:], 0
	}
	even, odd := eight(row, x)
	even, odd = (even|tops)-uint64(limit)*ones, (odd|tops)-uint64(limit)*ones
	highest := (even&tops)>>8 | odd&tops // bit of each byte
	return uint(highest >> 7 * 0x0102_0408_1020_4080 >> 56)
}
