package state

import (
	"errors"
	"fmt"
	"hash/crc32"
	"path/filepath"

	"github.com/fxamacker/cbor/v2"

	"checkpoint/store/snapshot"
)

// A state file, numbers big endian:
//
//	0      magic "CKSTATE1"
//	8      frames: length of the entries 4, checksum of all entries so far 4,
//	       entries by rising tag
//	       header, CBOR
//	       length of the header 4, checksum of the header 4
//
// An entry: tag 16, person<<7 | length of the record without the zeros at its
// end 1, beginning of the secret 8, record. Checksums are CRC-32C: they find
// what disks and copying do, not who would forge the file.
const (
	magic      = "CKSTATE1"
	frameSize  = 64 << 10
	frameHead  = 8
	entryHead  = snapshot.TagSize + 1 + snapshot.SecretStart
	tailSize   = 8
	personFlag = 0x80
	maxHeader  = 4096
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Header says of which snapshot the state is.
type Header struct {
	Province string          `cbor:"1,keyasint"`
	Number   uint64          `cbor:"2,keyasint"`
	Pepper   [8]byte         `cbor:"3,keyasint"` // id of the pepper that made the tags
	Layer    snapshot.Digest `cbor:"4,keyasint"` // root of the snapshot's newest layer
	People   uint64          `cbor:"5,keyasint"` // filled in by Commit, without the probe
	Aliases  uint64          `cbor:"6,keyasint"` // filled in by Commit
	Sum      uint32          `cbor:"7,keyasint"` // filled in by Commit: checksum of all entries
}

// Errors that callers tell apart.
var (
	// ErrDamaged: the file is not whole. A base can be built without it.
	ErrDamaged = errors.New("state file is damaged")
	// ErrOther: the state is of another snapshot than the one it lies beside.
	ErrOther = errors.New("state file is of another snapshot")
)

// Path is where the state of the snapshot directory lies: beside it, not in
// it, so that it cannot be carried to a box with it.
func Path(snapshotDir string) string { return filepath.Clean(snapshotDir) + ".state" }

// Of tells whether the state is the snapshot's.
func (h *Header) Of(m *snapshot.Manifest) error {
	if h.Province != m.Province || h.Number != m.Number || len(m.Layers) == 0 || h.Layer != m.Layers[0].Root {
		return fmt.Errorf("%w: it says %s %d, the manifest %s %d", ErrOther, h.Province, h.Number, m.Province, m.Number)
	}
	return nil
}

func encodeHeader(h Header) ([]byte, error) {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, err
	}
	return mode.Marshal(h)
}

func decodeHeader(b []byte) (h Header, err error) {
	mode, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, ExtraReturnErrors: cbor.ExtraDecErrorUnknownField}.DecMode()
	if err != nil {
		return h, err
	}
	return h, mode.Unmarshal(b, &h)
}
