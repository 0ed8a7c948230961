package cose

import (
	"errors"
	"sync"

	"github.com/fxamacker/cbor/v2"
)

// CBOR tags (RFC 8392, section 6; RFC 9052, section 2) and header labels
// (RFC 9052, section 3.1). The decoder gives whole numbers as uint64 from 0 on
// and as int64 below.
const (
	tagCWT   = 61
	tagSign1 = 18

	labelAlgorithm = uint64(1)
	labelCritical  = uint64(2)
	labelKeyID     = uint64(4)
)

// ErrMessage: the bytes are no message with one signature.
var ErrMessage = errors.New("not a COSE message with one signature")

// parts is a COSE_Sign1 as it is written.
type parts struct {
	_           struct{} `cbor:",toarray"`
	Protected   []byte
	Unprotected map[any]any
	Payload     []byte
	Signature   []byte
}

// Message is a message and what its headers say. Protected headers win; the
// other ones count only where that label is not there.
type Message struct {
	Algorithm int64  // registered number (RFC 9053); 0: none is named
	KeyID     string // empty: none is named
	Payload   []byte
	Signature []byte
	protected []byte
}

var decoder = sync.OnceValues(func() (cbor.DecMode, error) {
	return cbor.DecOptions{
		DupMapKey:        cbor.DupMapKeyEnforcedAPF,
		MaxNestedLevels:  12,
		MaxArrayElements: 64,
		MaxMapPairs:      64,
		TimeTagToAny:     cbor.TimeTagToRFC3339Nano, // dates may be tagged text (dcc-schema, "CBOR encoding")
	}.DecMode()
})

// Decode reads CBOR of at most 12 levels with 64 entries each, in which no map
// has a key twice.
func Decode(b []byte, v any) error {
	mode, err := decoder()
	if err != nil {
		return err
	}
	return mode.Unmarshal(b, v)
}

// Open reads the outer structure. Nothing in it is proven yet.
func Open(b []byte) (m Message, err error) {
	b, err = untagged(b)
	var p parts
	if err != nil || Decode(b, &p) != nil {
		return m, ErrMessage
	}
	protected := map[any]any{}
	if len(p.Protected) > 0 && Decode(p.Protected, &protected) != nil {
		return m, ErrMessage
	}
	if _, critical := protected[labelCritical]; critical || len(p.Payload) == 0 {
		return m, ErrMessage // a header that must be understood, and here is none; or a detached content
	}
	if len(protected) == 0 {
		p.Protected = nil // an empty map is signed as no bytes (RFC 9052, section 4.4)
	}
	m = Message{Payload: p.Payload, Signature: p.Signature, protected: p.Protected}
	m.Algorithm, _ = header(protected, p.Unprotected, labelAlgorithm).(int64)
	id, _ := header(protected, p.Unprotected, labelKeyID).([]byte)
	m.KeyID = string(id)
	return m, nil
}

func header(protected, unprotected map[any]any, label uint64) any {
	if v, ok := protected[label]; ok {
		return v
	}
	return unprotected[label]
}

// untagged takes the tags of a CWT and of a COSE_Sign1 away; either may be missing.
func untagged(b []byte) ([]byte, error) {
	for _, number := range []uint64{tagCWT, tagSign1} {
		if len(b) == 0 || b[0]>>5 != 6 { // major type 6: a tag
			continue
		}
		var tag cbor.RawTag
		if err := Decode(b, &tag); err != nil {
			return nil, err
		}
		if tag.Number == number {
			b = tag.Content
		}
	}
	if len(b) == 0 || b[0]>>5 != 4 { // major type 4: an array
		return nil, ErrMessage
	}
	return b, nil
}

// Signed is what the signature is over (RFC 9052, section 4.4).
func (m *Message) Signed() ([]byte, error) {
	protected := m.protected
	if protected == nil {
		protected = []byte{}
	}
	return cbor.Marshal([]any{"Signature1", protected, []byte{}, m.Payload})
}

// Sign writes claims as a message whose headers are protected, tagged as
// COSE_Sign1. The same claims and a deterministic sign give the same bytes.
func Sign(claims any, algorithm int64, keyID []byte, sign func(message []byte) []byte) ([]byte, error) {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, err
	}
	protected, err := mode.Marshal(map[uint64]any{labelAlgorithm: algorithm, labelKeyID: keyID})
	if err != nil {
		return nil, err
	}
	payload, err := mode.Marshal(claims)
	if err != nil {
		return nil, err
	}
	m := Message{Payload: payload, protected: protected}
	signed, err := m.Signed()
	if err != nil {
		return nil, err
	}
	return mode.Marshal(cbor.Tag{Number: tagSign1, Content: parts{Protected: protected, Unprotected: map[any]any{}, Payload: payload, Signature: sign(signed)}})
}
