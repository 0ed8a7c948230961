package photos

import (
	"bytes"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image/jpeg"
	"regexp"
	"time"
)

// Bounds of one photo. A picture of 2,048 pixels a side has some 300 KB.
const (
	MaxSealed = 512 << 10         // bytes, sealed
	MaxJPEG   = MaxSealed - 1<<10 // bytes, before that
	mostSide  = 4096              // pixels
	leastSide = 16
)

// ErrPicture is what is no photo: no whole JPEG, or too large a one.
var ErrPicture = errors.New("not a picture of a form")

// ID names a photo for good: the first half of the SHA-256 of its sealed bytes.
// A record that names it therefore proves it.
type ID [sha256.Size / 2]byte

// IDOf is the name of sealed bytes.
func IDOf(sealed []byte) (id ID) {
	sum := sha256.Sum256(sealed)
	copy(id[:], sum[:])
	return id
}

func (id ID) String() string { return hex.EncodeToString(id[:]) }

var idText = regexp.MustCompile(`^[0-9a-f]{32}$`)

// ParseID reads what [ID.String] wrote, and nothing else.
func ParseID(s string) (id ID, err error) {
	if !idText.MatchString(s) {
		return id, fmt.Errorf("photo %.40q: want 32 hexadecimal digits", s)
	}
	_, err = hex.Decode(id[:], []byte(s))
	return id, err
}

// Label says whose a photo is: it opens under no other.
type Label struct {
	Province, Box string
	Time          time.Time // when it was taken, in whole milliseconds
}

func (l Label) info() []byte {
	return fmt.Appendf(nil, "checkpoint photo v1\x00%s\x00%s\x00%d", l.Province, l.Box, l.Time.UnixMilli())
}

// Seal seals a JPEG to the province (RFC 9180, base mode, one shot). The error
// is [ErrPicture] when it is none.
func Seal(to hpke.PublicKey, l Label, picture []byte) ([]byte, error) {
	if err := check(picture); err != nil {
		return nil, err
	}
	b, err := hpke.Seal(to, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), l.info(), picture)
	if err != nil {
		return nil, fmt.Errorf("seal photo: %w", err)
	}
	return b, nil
}

// Open opens a photo with the province's private key. It proves neither who took
// it (a record that names it does) nor that it is a picture.
func Open(key hpke.PrivateKey, l Label, sealed []byte) ([]byte, error) {
	if len(sealed) > MaxSealed {
		return nil, fmt.Errorf("open photo: %d bytes, at most %d", len(sealed), MaxSealed)
	}
	b, err := hpke.Open(key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), l.info(), sealed)
	if err != nil {
		return nil, fmt.Errorf("open photo: %w", err)
	}
	return b, nil
}

// check looks at the whole picture: half of one would be found out in the
// province, when the form is gone.
func check(picture []byte) error {
	c, err := jpeg.DecodeConfig(bytes.NewReader(picture))
	if err != nil || len(picture) > MaxJPEG || min(c.Width, c.Height) < leastSide || max(c.Width, c.Height) > mostSide {
		return fmt.Errorf("%d bytes, %d × %d: %w", len(picture), c.Width, c.Height, ErrPicture)
	}
	if _, err := jpeg.Decode(bytes.NewReader(picture)); err != nil {
		return fmt.Errorf("%w: %w", ErrPicture, err)
	}
	return nil
}
