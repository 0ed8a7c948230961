package wire

import (
	"fmt"
	"time"

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

type batchV1 struct {
	Version  uint64     `cbor:"1,keyasint"`
	Province string     `cbor:"2,keyasint"`
	Box      string     `cbor:"3,keyasint"`
	Epoch    uint64     `cbor:"4,keyasint"`
	Header   []byte     `cbor:"5,keyasint"`
	Records  []recordV1 `cbor:"6,keyasint,omitempty"`
	Gone     []Range    `cbor:"7,keyasint,omitempty"`
}

type recordV1 struct {
	_       struct{} `cbor:",toarray"`
	Seq     uint64
	Millis  int64 // Unix time
	Trusted bool
	Lane    string
	Body    []byte
}

// Encode writes the batch, or says what [DecodeBatch] would refuse in it.
func (b Batch) Encode() ([]byte, error) {
	w := batchV1{
		Version: version, Province: b.Province, Box: b.Box,
		Epoch: b.Epoch, Header: b.Header, Gone: b.Gone,
	}
	for _, s := range b.Records {
		w.Records = append(w.Records, recordV1{
			Seq: s.Seq, Millis: s.Time.UnixMilli(), Trusted: s.Trusted, Lane: s.Lane, Body: s.Body,
		})
	}
	if err := w.check(); err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	out, err := marshal(&w)
	if err != nil {
		return nil, fmt.Errorf("encode batch: %w", err)
	}
	return out, nil
}

// DecodeBatch reads one batch of untrusted bytes.
func DecodeBatch(in []byte) (Batch, error) {
	var w batchV1
	if err := unmarshal(in, &w); err != nil {
		return Batch{}, fmt.Errorf("decode batch: %w", err)
	}
	if err := w.check(); err != nil {
		return Batch{}, fmt.Errorf("decode batch: %w", err)
	}
	b := Batch{Province: w.Province, Box: w.Box, Epoch: w.Epoch, Header: w.Header, Gone: w.Gone}
	for _, r := range w.Records {
		b.Records = append(b.Records, journal.Sealed{
			Seq: r.Seq, Time: time.UnixMilli(r.Millis).UTC(), Trusted: r.Trusted, Lane: r.Lane, Body: r.Body,
		})
	}
	return b, nil
}

func (w *batchV1) check() error {
	if err := checkNames(w.Version, w.Province, w.Box, w.Epoch); err != nil {
		return err
	}
	if len(w.Header) == 0 || len(w.Header) > maxHeader {
		return fmt.Errorf("segment header of %d bytes, want 1 to %d", len(w.Header), maxHeader)
	}
	if len(w.Records) > MaxRecords {
		return fmt.Errorf("%d records, at most %d", len(w.Records), MaxRecords)
	}
	var last uint64
	for _, r := range w.Records {
		if r.Seq <= last || r.Seq > MaxSeq {
			return fmt.Errorf("record %d out of order", r.Seq)
		}
		if len(r.Body) == 0 || len(r.Lane) > maxLane {
			return fmt.Errorf("record %d: body of %d bytes, lane of %d", r.Seq, len(r.Body), len(r.Lane))
		}
		last = r.Seq
	}
	return checkRanges("gone", w.Gone)
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
	// and lengths take at most 9 + 9 + 1 + 2 + 5 bytes and one for the array.
	room := MaxMessage - 8<<10
	for i, s := range records {
		room -= len(s.Body) + len(s.Lane) + 32
		if room < 0 || i == MaxRecords {
			return i
		}
	}
	return len(records)
}
