package keycache

import (
	"encoding/binary"
	"hash/crc32"

	"checkpoint/store/snapshot"
)

// A record is tag 16, beginning of the secret 8, stretched secret 32, CRC-32C 4.
// Records are of one length, so that a damaged one costs itself only.
const (
	searched   = snapshot.TagSize + snapshot.SecretStart
	sumAt      = searched + len(snapshot.Digest{})
	recordSize = sumAt + 4 // bytes
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func encode(tag snapshot.Tag, secret [snapshot.SecretStart]byte, key snapshot.Digest) (b [recordSize]byte) {
	copy(b[:], tag[:])
	copy(b[snapshot.TagSize:], secret[:])
	copy(b[searched:], key[:])
	binary.BigEndian.PutUint32(b[sumAt:], crc32.Checksum(b[:sumAt], castagnoli))
	return b
}

// sound tells whether a record is what was written.
func sound(b []byte) bool {
	return crc32.Checksum(b[:sumAt], castagnoli) == binary.BigEndian.Uint32(b[sumAt:])
}
