package wire

import (
	"bytes"
	"fmt"
	"slices"

	"checkpoint/store/journal"
)

// Batch is a run of one segment's records on their way to the province. One
// without records and without gone ranges asks for the mark of its epoch.
type Batch struct {
	Province string
	Box      string
	Epoch    uint64 // the segment; never zero
	Header   []byte // the encoded segment header, in every batch: each can be opened alone
	Records  []journal.Sealed
	Gone     []Range // sequences the box holds no more and never will
}

// Asks tells whether the batch only asks for a mark.
func (b Batch) Asks() bool { return len(b.Records) == 0 && len(b.Gone) == 0 }

// Top is the highest sequence that the batch names; 0: none.
func (b Batch) Top() (top uint64) {
	if n := len(b.Records); n > 0 {
		top = b.Records[n-1].Seq
	}
	if n := len(b.Gone); n > 0 {
		top = max(top, b.Gone[n-1].To)
	}
	return top
}

type batchV1 struct {
	Version  uint64   `cbor:"1,keyasint"`
	Province string   `cbor:"2,keyasint"`
	Box      string   `cbor:"3,keyasint"`
	Epoch    uint64   `cbor:"4,keyasint"`
	Header   []byte   `cbor:"5,keyasint"`
	Records  []byte   `cbor:"6,keyasint,omitempty"` // packed
	Gone     []Range  `cbor:"7,keyasint,omitempty"`
	Lanes    []string `cbor:"8,keyasint,omitempty"`
}

// Encode writes the batch, or says what [DecodeBatch] would refuse in it.
func (b Batch) Encode() ([]byte, error) {
	if err := b.check(); err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	w := batchV1{Version: version, Province: b.Province, Box: b.Box, Epoch: b.Epoch, Header: b.Header, Gone: b.Gone}
	w.Records, w.Lanes = pack(b.Records)
	out, err := marshal(&w)
	if err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	return out, nil
}

// DecodeBatch reads one batch of untrusted bytes. Bodies share their memory.
func DecodeBatch(in []byte) (Batch, error) {
	b, err := decodeBatch(in)
	if err != nil {
		return Batch{}, fmt.Errorf("decode batch: %w", err)
	}
	return b, nil
}

func decodeBatch(in []byte) (Batch, error) {
	var w batchV1
	if err := unmarshal(in, &w); err != nil {
		return Batch{}, err
	}
	if w.Version != version {
		return Batch{}, fmt.Errorf("version %d, want %d", w.Version, version)
	}
	b := Batch{Province: w.Province, Box: w.Box, Epoch: w.Epoch, Header: w.Header, Gone: w.Gone}
	var err error
	if b.Records, err = unpack(w.Records, w.Lanes); err != nil {
		return Batch{}, err
	}
	if err := b.check(); err != nil {
		return Batch{}, err
	}
	if packed, lanes := pack(b.Records); !bytes.Equal(packed, w.Records) || !slices.Equal(lanes, w.Lanes) {
		return Batch{}, errPacked
	}
	return b, nil
}

func (b Batch) check() error {
	if err := checkNames(version, b.Province, b.Box, b.Epoch); err != nil {
		return err
	}
	if len(b.Header) == 0 || len(b.Header) > maxHeader {
		return fmt.Errorf("segment header of %d bytes, want 1 to %d", len(b.Header), maxHeader)
	}
	if len(b.Records) > MaxRecords {
		return fmt.Errorf("%d records, at most %d", len(b.Records), MaxRecords)
	}
	var last uint64
	for _, r := range b.Records {
		if r.Seq <= last || r.Seq > MaxSeq {
			return fmt.Errorf("record %d out of order", r.Seq)
		}
		if len(r.Body) == 0 || len(r.Lane) > maxLane {
			return fmt.Errorf("record %d: body of %d bytes, lane of %d", r.Seq, len(r.Body), len(r.Lane))
		}
		last = r.Seq
	}
	return checkRanges("gone", b.Gone)
}

func checkNames(v uint64, province, box string, epoch uint64) error {
	if v != version {
		return fmt.Errorf("version %d, want %d", v, version)
	}
	if _, err := NewTopics(province, box); err != nil {
		return err
	}
	if epoch == 0 {
		return fmt.Errorf("epoch is zero")
	}
	return nil
}

// Fit returns how many of the records, from the first on, go into one batch.
// It is 0 when the first alone is too large for any.
func Fit(records []journal.Sealed) int {
	// Names, keys, header and ranges take less than 8 KiB; a record's numbers
	// take at most 9 + 10 + 2 + 3 bytes, its lane's name 2 more.
	room := MaxMessage - 8<<10
	for i, s := range records {
		room -= len(s.Body) + len(s.Lane) + 32
		if room < 0 || i == MaxRecords {
			return i
		}
	}
	return len(records)
}
