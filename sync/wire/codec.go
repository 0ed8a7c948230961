package wire

import (
	"fmt"

	"checkpoint/sync/internal/canonical"
)

// Bounds of every message. 200 records of a usual size (300 bytes) are 60 KiB.
const (
	MaxMessage = 256 << 10         // bytes of one encoded message
	MaxRecords = canonical.MaxList // records of one batch
	MaxRanges  = 64                // gaps of one mark, or gone ranges of one batch
	MaxSeq     = 1 << 62           // keeps every sum of sequences clear of overflow
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

func marshal(v any) ([]byte, error) { return canonical.Marshal(v, MaxMessage) }

func unmarshal(b []byte, v any) error { return canonical.Unmarshal(b, v, MaxMessage) }
