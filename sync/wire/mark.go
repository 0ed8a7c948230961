package wire

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"
)

// Mark is a collector's signed word about what the province's database holds
// of one segment. It alone lets a box remove records.
type Mark struct {
	Province string
	Box      string
	Epoch    uint64
	Seq      uint64  // held without a gap from 1 to here; 0: nothing
	Top      uint64  // highest sequence held, gaps or not
	Row      uint64  // raised by every commit: tells a newer mark from an older one
	Gaps     []Range // missing between Seq and Top for longer than a few seconds

	// Restore names the life of the database. It changes when the database is
	// put back to an earlier state, and only then may a mark fall.
	Restore   []byte
	Time      time.Time // millisecond resolution; also a signed floor for the box's clock
	Collector string
	Signature []byte // Ed25519 (RFC 8032) over everything above
}

// ErrSignature: none of the collectors' keys signed the mark.
var ErrSignature = errors.New("mark is not signed by a collector of the province")

type markV1 struct {
	Version   uint64  `cbor:"1,keyasint"`
	Province  string  `cbor:"2,keyasint"`
	Box       string  `cbor:"3,keyasint"`
	Epoch     uint64  `cbor:"4,keyasint"`
	Seq       uint64  `cbor:"5,keyasint"`
	Top       uint64  `cbor:"6,keyasint"`
	Row       uint64  `cbor:"7,keyasint"`
	Gaps      []Range `cbor:"8,keyasint,omitempty"`
	Restore   []byte  `cbor:"9,keyasint"`
	Millis    int64   `cbor:"10,keyasint"`
	Collector string  `cbor:"11,keyasint"`
	Signature []byte  `cbor:"12,keyasint,omitempty"`
}

// Sign sets the signature.
func (m *Mark) Sign(key ed25519.PrivateKey) error {
	msg, err := m.signed()
	if err != nil {
		return fmt.Errorf("sign mark: %w", err)
	}
	m.Signature = ed25519.Sign(key, msg)
	return nil
}

// Verify returns nil when one of the keys signed the mark, else [ErrSignature].
func (m *Mark) Verify(keys []ed25519.PublicKey) error {
	msg, err := m.signed()
	if err != nil {
		return fmt.Errorf("verify mark: %w", err)
	}
	for _, k := range keys {
		if len(k) == ed25519.PublicKeySize && ed25519.Verify(k, msg, m.Signature) {
			return nil
		}
	}
	return ErrSignature
}

// signed is what the signature covers. The prefix keeps a signature over a
// mark from being one over anything else that a collector may come to sign.
func (m *Mark) signed() ([]byte, error) {
	w := m.wire()
	w.Signature = nil
	b, err := marshal(&w)
	return append([]byte("checkpoint mark v1\x00"), b...), err
}

// Encode writes a signed mark.
func (m *Mark) Encode() ([]byte, error) {
	w := m.wire()
	if err := w.check(); err != nil {
		return nil, fmt.Errorf("encode mark: %w", err)
	}
	b, err := marshal(&w)
	if err != nil {
		return nil, fmt.Errorf("encode mark: %w", err)
	}
	return b, nil
}

// DecodeMark reads one mark of untrusted bytes. Call [Mark.Verify] before
// believing any of it.
func DecodeMark(in []byte) (Mark, error) {
	var w markV1
	if err := unmarshal(in, &w); err != nil {
		return Mark{}, fmt.Errorf("decode mark: %w", err)
	}
	if err := w.check(); err != nil {
		return Mark{}, fmt.Errorf("decode mark: %w", err)
	}
	return Mark{
		Province: w.Province, Box: w.Box, Epoch: w.Epoch, Seq: w.Seq, Top: w.Top, Row: w.Row, Gaps: w.Gaps,
		Restore: w.Restore, Time: time.UnixMilli(w.Millis).UTC(), Collector: w.Collector, Signature: w.Signature,
	}, nil
}

func (m *Mark) wire() markV1 {
	return markV1{
		Version: version, Province: m.Province, Box: m.Box, Epoch: m.Epoch, Seq: m.Seq, Top: m.Top, Row: m.Row,
		Gaps: m.Gaps, Restore: m.Restore, Millis: m.Time.UnixMilli(), Collector: m.Collector, Signature: m.Signature,
	}
}

func (w *markV1) check() error {
	if err := checkNames(w.Version, w.Province, w.Box, w.Epoch); err != nil {
		return err
	}
	if err := CheckID(w.Collector); err != nil {
		return fmt.Errorf("collector id: %w", err)
	}
	if w.Seq > w.Top || w.Top > MaxSeq {
		return fmt.Errorf("sequence %d above the highest, %d", w.Seq, w.Top)
	}
	if len(w.Restore) == 0 || len(w.Restore) > maxToken || len(w.Signature) != ed25519.SignatureSize {
		return fmt.Errorf("restore token of %d bytes, signature of %d", len(w.Restore), len(w.Signature))
	}
	if err := checkRanges("gap", w.Gaps); err != nil {
		return err
	}
	if n := len(w.Gaps); n > 0 && (w.Gaps[0].From <= w.Seq || w.Gaps[n-1].To >= w.Top) {
		return fmt.Errorf("gaps reach outside %d–%d", w.Seq+1, w.Top)
	}
	return nil
}
