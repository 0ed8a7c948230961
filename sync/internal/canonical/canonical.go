// Package canonical encodes messages that are signed: deterministic CBOR with
// integer keys (RFC 8949 section 4.2.1).
//
// It promises: a value has one encoding, any other of it is refused, and no
// decoder allocates more than a small multiple of what it was given.
package canonical

import (
	"bytes"
	"errors"
	"fmt"
	"sync"

	"github.com/fxamacker/cbor/v2"
)

// MaxList is how many elements a list of a message may have.
const MaxList = 200

var errNotDeterministic = errors.New("not the deterministic encoding")

// The modes are made once: a collector decodes thousands of messages a second.
var (
	encoder = sync.OnceValues(cbor.CoreDetEncOptions().EncMode)
	decoder = sync.OnceValues(strict.DecMode)
	lenient = sync.OnceValues(func() (cbor.DecMode, error) {
		o := strict
		o.ExtraReturnErrors = cbor.ExtraDecErrorNone
		return o.DecMode()
	})
	strict = cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		MaxNestedLevels:   4,
		MaxArrayElements:  MaxList,
		MaxMapPairs:       24,
	}
)

// Marshal encodes v into at most most bytes.
func Marshal(v any, most int) ([]byte, error) {
	mode, err := encoder()
	if err != nil {
		return nil, err
	}
	b, err := mode.Marshal(v)
	if err == nil && len(b) > most {
		err = fmt.Errorf("message of %d bytes, at most %d", len(b), most)
	}
	return b, err
}

// Unmarshal decodes strictly, and refuses whatever Marshal would have written
// otherwise: two encodings of one thing are one too many for a signed message.
func Unmarshal(b []byte, v any, most int) error {
	if len(b) > most {
		return fmt.Errorf("message of %d bytes, at most %d", len(b), most)
	}
	mode, err := decoder()
	if err != nil {
		return err
	}
	if err := mode.Unmarshal(b, v); err != nil {
		return err
	}
	again, err := Marshal(v, most)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, b) {
		return errNotDeterministic
	}
	return nil
}

// UnmarshalLenient lets fields pass that this program does not know: for
// messages that nobody signs, of a program that may be newer.
func UnmarshalLenient(b []byte, v any, most int) error {
	if len(b) > most {
		return fmt.Errorf("message of %d bytes, at most %d", len(b), most)
	}
	mode, err := lenient()
	if err != nil {
		return err
	}
	return mode.Unmarshal(b, v)
}
