package print

import (
	"encoding/binary"
	"hash/crc32"
	"math"
)

// headEnd is where a PNG's first chunk ends, behind which its resolution goes:
// signature 8, length 4, type 4, header 13, checksum 4 (ISO/IEC 15948).
const headEnd = 33

// withResolution puts a pHYs chunk into a PNG, which the standard library
// cannot write: without it a printer chooses the size.
func withResolution(file []byte, dpi float64) []byte {
	perMetre := uint32(math.Floor(dpi / 0.0254)) // rounded down: never smaller than asked
	chunk := append([]byte("pHYs"), make([]byte, 9)...)
	binary.BigEndian.PutUint32(chunk[4:], perMetre)
	binary.BigEndian.PutUint32(chunk[8:], perMetre)
	chunk[12] = 1 // the unit is the metre
	out := append([]byte{}, file[:headEnd]...)
	out = binary.BigEndian.AppendUint32(out, 9)
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, file[headEnd:]...)
}
