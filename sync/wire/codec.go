package wire

import (
	"bytes"
	"fmt"

	"github.com/fxamacker/cbor/v2"
)

// Bounds of every message. 200 records of a usual size (300 bytes) are 60 KiB.
const (
	MaxMessage = 256 << 10 // bytes of one encoded message
	MaxRecords = 200       // records of one batch
	MaxRanges  = 64        // gaps of one mark, or gone ranges of one batch
	MaxSeq     = 1 << 62   // keeps every sum of sequences clear of overflow
	maxHeader  = 4 << 10
	maxLane    = 64
	maxToken   = 64
)

const version = 1

// Range is a run of sequences, both ends included.
type Range struct {
	_    struct{} `cbor:",toarray"`
	From uint64
	To   uint64
}

// Span makes a Range.
func Span(from, to uint64) Range { return Range{From: from, To: to} }

// Len is the number of sequences in r.
func (r Range) Len() uint64 { return r.To - r.From + 1 }

// checkRanges wants ascending ranges that do not touch each other's numbers.
func checkRanges(what string, rs []Range) error {
	if len(rs) > MaxRanges {
		return fmt.Errorf("%d %s ranges, at most %d", len(rs), what, MaxRanges)
	}
	var last uint64
	for _, r := range rs {
		if r.From <= last || r.To < r.From || r.To > MaxSeq {
			return fmt.Errorf("%s range %d–%d out of order", what, r.From, r.To)
		}
		last = r.To
	}
	return nil
}

func marshal(v any) ([]byte, error) {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, err
	}
	b, err := mode.Marshal(v)
	if err == nil && len(b) > MaxMessage {
		err = fmt.Errorf("message of %d bytes, at most %d", len(b), MaxMessage)
	}
	return b, err
}

// unmarshal decodes strictly, and refuses whatever marshal would have written
// otherwise: two encodings of one thing are one too many for a signed message.
func unmarshal(b []byte, v any) error {
	if len(b) > MaxMessage {
		return fmt.Errorf("message of %d bytes, at most %d", len(b), MaxMessage)
	}
	mode, err := cbor.DecOptions{
		DupMapKey:         cbor.DupMapKeyEnforcedAPF,
		ExtraReturnErrors: cbor.ExtraDecErrorUnknownField,
		IndefLength:       cbor.IndefLengthForbidden,
		TagsMd:            cbor.TagsForbidden,
		MaxNestedLevels:   4,
		MaxArrayElements:  MaxRecords,
		MaxMapPairs:       16,
	}.DecMode()
	if err != nil {
		return err
	}
	if err := mode.Unmarshal(b, v); err != nil {
		return err
	}
	again, err := marshal(v)
	if err != nil {
		return err
	}
	if !bytes.Equal(again, b) {
		return fmt.Errorf("not the deterministic encoding")
	}
	return nil
}
