package journal

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/fxamacker/cbor/v2"
	"golang.org/x/crypto/chacha20poly1305"

	"checkpoint"
)

// Bounds of what is stored. A code holds at most checkpoint.MaxPayloadSize
// bytes, which repaired to valid UTF-8 can take three times that.
const (
	maxBody     = 16 << 10 // a sealed body
	maxLane     = 64       // a lane's name
	maxHeader   = 1 << 10  // an encoded segment header
	maxFindings = 256
	tagSize     = chacha20poly1305.Overhead
)

// errMalformed is any encoding that this package would not have written.
var errMalformed = errors.New("malformed")

// codec is CBOR (RFC 8949) with one encoding for each value: core
// deterministic on the way out; on the way in what is not byte for byte the
// same when written again is refused.
type codec struct {
	enc cbor.EncMode
	dec cbor.DecMode
}

// wire is made once, when first needed, and never changes.
var wire = sync.OnceValue(newCodec)

func newCodec() codec {
	enc, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err) // constant options: cannot happen
	}
	dec, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		MaxNestedLevels:   4,
		MaxArrayElements:  maxFindings,
		MaxMapPairs:       32,
	}.DecMode()
	if err != nil {
		panic(err)
	}
	return codec{enc, dec}
}

func (c codec) decode(what string, b []byte, limit int, into any) error {
	if len(b) > limit {
		return fmt.Errorf("decode %s of %d bytes, at most %d: %w", what, len(b), limit, errMalformed)
	}
	if err := c.dec.Unmarshal(b, into); err != nil {
		// The decoder's text could quote content.
		return fmt.Errorf("decode %s: %w", what, errMalformed)
	}
	if again, err := c.enc.Marshal(into); err != nil || !bytes.Equal(again, b) {
		return fmt.Errorf("decode %s: not in its one encoding: %w", what, errMalformed)
	}
	return nil
}

// wireSealed is Sealed on disk and on the wire, an array of five.
type wireSealed struct {
	_       struct{} `cbor:",toarray"`
	Seq     uint64
	Millis  int64 // since 1970, UTC
	Trusted bool
	Lane    string
	Body    []byte
}

// MarshalCBOR writes s as the array [sequence, Unix milliseconds, clock
// trusted, lane, body], in CBOR's core deterministic encoding.
func (s Sealed) MarshalCBOR() ([]byte, error) {
	b, err := wire().enc.Marshal(wireSealed{Seq: s.Seq, Millis: s.Time.UnixMilli(), Trusted: s.Trusted, Lane: s.Lane, Body: s.Body})
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return b, nil
}

// UnmarshalCBOR reads what MarshalCBOR wrote and refuses everything else.
func (s *Sealed) UnmarshalCBOR(b []byte) error {
	var w wireSealed
	if err := wire().decode("record", b, maxBody+maxLane+64, &w); err != nil {
		return err
	}
	if w.Seq == 0 || len(w.Lane) > maxLane || len(w.Body) < tagSize || len(w.Body) > maxBody {
		return fmt.Errorf("decode record: out of bounds: %w", errMalformed)
	}
	*s = Sealed{Seq: w.Seq, Time: time.UnixMilli(w.Millis).UTC(), Trusted: w.Trusted, Lane: w.Lane, Body: w.Body}
	return nil
}

// wireBody is what a record says, before it is sealed. Keys are for good; a
// new field needs a new header version, since old readers refuse it.
type wireBody struct {
	Kind        uint8    `cbor:"1,keyasint,omitempty"`
	Direction   uint8    `cbor:"2,keyasint,omitempty"`
	Verdict     uint8    `cbor:"3,keyasint,omitempty"`
	Reason      string   `cbor:"4,keyasint,omitempty"`
	Findings    []string `cbor:"5,keyasint,omitempty"`
	Rule        string   `cbor:"6,keyasint,omitempty"`
	Snapshot    uint64   `cbor:"7,keyasint,omitempty"`
	Policy      uint64   `cbor:"8,keyasint,omitempty"`
	Outcome     uint8    `cbor:"9,keyasint,omitempty"`
	RefersEpoch uint64   `cbor:"10,keyasint,omitempty"`
	RefersSeq   uint64   `cbor:"11,keyasint,omitempty"`
	Format      string   `cbor:"12,keyasint,omitempty"`
	Document    uint8    `cbor:"13,keyasint,omitempty"`
	Number      string   `cbor:"14,keyasint,omitempty"`
	Name        string   `cbor:"15,keyasint,omitempty"`
	Address     string   `cbor:"16,keyasint,omitempty"`
	CodeHash    []byte   `cbor:"17,keyasint,omitempty"`
	Open        bool     `cbor:"18,keyasint,omitempty"`
}

// encodeBody packs what will be sealed. Text from a damaged card may be no
// UTF-8, which the province's decoder would refuse: it is repaired here, since
// the record must arrive.
func encodeBody(r checkpoint.Record) ([]byte, error) {
	w := wireBody{
		Kind: uint8(r.Kind), Direction: uint8(r.Direction), Verdict: uint8(r.Verdict), Reason: text(r.Reason),
		Rule: text(r.Rule), Snapshot: r.Snapshot, Policy: r.Policy, Outcome: uint8(r.Outcome),
		RefersEpoch: r.Refers.Epoch, RefersSeq: r.Refers.Seq,
		Format: text(r.Format), Document: uint8(r.Document), Number: text(r.Number),
		Name: text(r.Name), Address: text(r.Address), CodeHash: r.CodeHash, Open: r.Open,
	}
	if len(r.Findings) > maxFindings {
		return nil, fmt.Errorf("encode body: %d findings, at most %d", len(r.Findings), maxFindings)
	}
	for _, f := range r.Findings {
		w.Findings = append(w.Findings, text(f))
	}
	b, err := wire().enc.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("encode body: %w", err)
	}
	if len(b)+tagSize > maxBody {
		return nil, fmt.Errorf("encode body: %d bytes, at most %d", len(b), maxBody-tagSize)
	}
	return b, nil
}

func decodeBody(b []byte) (checkpoint.Record, error) {
	var w wireBody
	if err := wire().decode("body", b, maxBody, &w); err != nil {
		return checkpoint.Record{}, err
	}
	r := checkpoint.Record{
		Kind: checkpoint.RecordKind(w.Kind), Direction: checkpoint.Direction(w.Direction), Verdict: checkpoint.Verdict(w.Verdict),
		Reason: checkpoint.Reason(w.Reason), Rule: w.Rule, Snapshot: w.Snapshot, Policy: w.Policy, Outcome: checkpoint.Outcome(w.Outcome),
		Refers: checkpoint.Position{Epoch: w.RefersEpoch, Seq: w.RefersSeq},
		Format: checkpoint.Format(w.Format), Document: checkpoint.DocumentKind(w.Document), Number: w.Number,
		Name: w.Name, Address: w.Address, CodeHash: w.CodeHash, Open: w.Open,
	}
	for _, f := range w.Findings {
		r.Findings = append(r.Findings, checkpoint.Finding(f))
	}
	return r, nil
}

func text[S ~string](s S) string { return strings.ToValidUTF8(string(s), "\uFFFD") }
