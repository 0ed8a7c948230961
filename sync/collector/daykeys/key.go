package daykeys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Tag stands for a document number on one day: the same number has the same tag
// on that day, another on each other day. HMAC-SHA-256, cut to 16 bytes.
type Tag [16]byte

// Who is what the database holds of a person, sealed.
type Who struct {
	_       struct{} `cbor:",toarray"`
	Person  string   // the number that the province's register has; empty: not in it
	Number  string   // of the document that was shown
	Name    string   // as the box wrote it, only of a person who is not in the register
	Address string   // likewise
}

// ID is the number that a person is followed by: the register's, or the one on
// the document.
func (w Who) ID() string {
	if w.Person != "" {
		return w.Person
	}
	return w.Number
}

// Key is the key of one day.
type Key struct {
	tags []byte
	seal cipher.AEAD // AES-256-GCM with a random nonce of 96 bits: far below 2^32 records a day
}

func newKey(secret []byte) *Key {
	derived := func(purpose string) []byte {
		b, err := hkdf.Key(sha256.New, secret, nil, "checkpoint day key: "+purpose, 32)
		if err != nil {
			panic(err) // only a length beyond 255 digests fails
		}
		return b
	}
	block, err := aes.NewCipher(derived("seal"))
	if err != nil {
		panic(err) // only a wrong length fails
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only another block size fails
	}
	return &Key{derived("tag"), seal}
}

// Tag is that of a document number.
func (k *Key) Tag(number string) (t Tag) {
	m := hmac.New(sha256.New, k.tags)
	m.Write([]byte(number))
	copy(t[:], m.Sum(nil))
	return t
}

// Seal seals w for one place: the row it is for, so that no row can be given
// another's person.
func (k *Key) Seal(w Who, place string) []byte {
	plain, err := cbor.Marshal(w)
	if err != nil {
		panic(err) // four strings
	}
	return k.seal.Seal(nil, nil, plain, []byte(place))
}

// Open opens what [Key.Seal] sealed for the same place.
func (k *Key) Open(sealed []byte, place string) (Who, error) {
	plain, err := k.seal.Open(nil, nil, sealed, []byte(place))
	if err != nil {
		return Who{}, errors.New("day keys: sealed with another key, or for another row")
	}
	var w Who
	if err := cbor.Unmarshal(plain, &w); err != nil {
		return Who{}, fmt.Errorf("day keys: %w", err)
	}
	return w, nil
}
