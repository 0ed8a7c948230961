package wire

import (
	"crypto/ed25519"
	"fmt"
	"time"

	"checkpoint/store/photos"
)

// PieceSize is how many bytes of a photo one message carries; the last has fewer.
const PieceSize = 32 << 10

// maxPieces is how many the largest photo has.
const maxPieces = (photos.MaxSealed + PieceSize - 1) / PieceSize

// Piece is a piece of a sealed photo of a paper form on its way to the province.
// All pieces together prove themselves by the photo's id.
type Piece struct {
	Province string
	Box      string
	Photo    photos.ID
	Time     time.Time // when it was taken, millisecond resolution: it opens under no other
	Number   uint64    // from 0
	Of       uint64    // pieces of the photo
	Body     []byte
}

type pieceV1 struct {
	Version  uint64 `cbor:"1,keyasint"`
	Province string `cbor:"2,keyasint"`
	Box      string `cbor:"3,keyasint"`
	Photo    []byte `cbor:"4,keyasint"`
	Time     int64  `cbor:"5,keyasint"`
	Number   uint64 `cbor:"6,keyasint"`
	Of       uint64 `cbor:"7,keyasint"`
	Body     []byte `cbor:"8,keyasint"`
}

// Pieces cuts a sealed photo for its way up.
func Pieces(province, box string, p photos.Photo, sealed []byte) (all []Piece) {
	of := (len(sealed) + PieceSize - 1) / PieceSize
	for n := range of {
		body := sealed[n*PieceSize : min((n+1)*PieceSize, len(sealed))]
		all = append(all, Piece{Province: province, Box: box, Photo: p.ID, Time: p.Time, Number: uint64(n), Of: uint64(of), Body: body})
	}
	return all
}

// Encode writes the piece, or says what [DecodePiece] would refuse in it.
func (p Piece) Encode() ([]byte, error) {
	w := pieceV1{version, p.Province, p.Box, p.Photo[:], p.Time.UnixMilli(), p.Number, p.Of, p.Body}
	if err := w.check(); err != nil {
		return nil, fmt.Errorf("encode piece: %w", err)
	}
	return marshal(&w)
}

// DecodePiece reads one piece of untrusted bytes.
func DecodePiece(in []byte) (Piece, error) {
	var w pieceV1
	if err := unmarshal(in, &w); err != nil {
		return Piece{}, fmt.Errorf("decode piece: %w", err)
	}
	if err := w.check(); err != nil {
		return Piece{}, fmt.Errorf("decode piece: %w", err)
	}
	return Piece{w.Province, w.Box, photos.ID(w.Photo), time.UnixMilli(w.Time).UTC(), w.Number, w.Of, w.Body}, nil
}

func (w *pieceV1) check() error {
	if err := checkNames(w.Version, w.Province, w.Box, 1); err != nil {
		return err
	}
	if len(w.Photo) != len(photos.ID{}) || w.Of == 0 || w.Of > maxPieces || w.Number >= w.Of {
		return fmt.Errorf("piece %d of %d, photo's name of %d bytes", w.Number, w.Of, len(w.Photo))
	}
	if last := w.Number == w.Of-1; len(w.Body) == 0 || len(w.Body) > PieceSize || !last && len(w.Body) < PieceSize {
		return fmt.Errorf("piece %d of %d with %d bytes", w.Number, w.Of, len(w.Body))
	}
	return nil
}

// PhotoMark says that the province's database has a photo, proven by its id: the
// box removes it.
type PhotoMark struct {
	Province  string
	Box       string
	Photo     photos.ID
	Collector string
	Signature []byte // Ed25519 (RFC 8032) over everything above
}

type photoMarkV1 struct {
	Version   uint64 `cbor:"1,keyasint"`
	Province  string `cbor:"2,keyasint"`
	Box       string `cbor:"3,keyasint"`
	Photo     []byte `cbor:"4,keyasint"`
	Collector string `cbor:"5,keyasint"`
	Signature []byte `cbor:"6,keyasint,omitempty"`
}

const maxPhotoMark = 512

func (m *PhotoMark) wire() photoMarkV1 {
	return photoMarkV1{version, m.Province, m.Box, m.Photo[:], m.Collector, m.Signature}
}

func (m *PhotoMark) signed() ([]byte, error) {
	w := m.wire()
	w.Signature = nil
	b, err := marshal(&w)
	return append([]byte("checkpoint photo mark v1\x00"), b...), err
}

// Sign sets the signature.
func (m *PhotoMark) Sign(key ed25519.PrivateKey) error {
	msg, err := m.signed()
	if err != nil {
		return fmt.Errorf("sign photo mark: %w", err)
	}
	m.Signature = ed25519.Sign(key, msg)
	return nil
}

// Verify returns nil when one of the keys signed the mark, else [ErrSignature].
func (m *PhotoMark) Verify(keys []ed25519.PublicKey) error {
	msg, err := m.signed()
	if err != nil {
		return fmt.Errorf("verify photo mark: %w", err)
	}
	for _, k := range keys {
		if len(k) == ed25519.PublicKeySize && ed25519.Verify(k, msg, m.Signature) {
			return nil
		}
	}
	return ErrSignature
}

// Encode writes a signed mark.
func (m *PhotoMark) Encode() ([]byte, error) {
	w := m.wire()
	if err := w.check(); err != nil {
		return nil, fmt.Errorf("encode photo mark: %w", err)
	}
	return marshal(&w)
}

// DecodePhotoMark reads one mark of untrusted bytes. Call [PhotoMark.Verify]
// before believing any of it.
func DecodePhotoMark(in []byte) (PhotoMark, error) {
	var w photoMarkV1
	if len(in) > maxPhotoMark {
		return PhotoMark{}, fmt.Errorf("decode photo mark: %d bytes, at most %d", len(in), maxPhotoMark)
	}
	if err := unmarshal(in, &w); err != nil {
		return PhotoMark{}, fmt.Errorf("decode photo mark: %w", err)
	}
	if err := w.check(); err != nil {
		return PhotoMark{}, fmt.Errorf("decode photo mark: %w", err)
	}
	return PhotoMark{w.Province, w.Box, photos.ID(w.Photo), w.Collector, w.Signature}, nil
}

func (w *photoMarkV1) check() error {
	if err := checkNames(w.Version, w.Province, w.Box, 1); err != nil {
		return err
	}
	if err := CheckID(w.Collector); err != nil {
		return fmt.Errorf("collector: %w", err)
	}
	if len(w.Photo) != len(photos.ID{}) || len(w.Signature) != ed25519.SignatureSize {
		return fmt.Errorf("photo's name of %d bytes, signature of %d", len(w.Photo), len(w.Signature))
	}
	return nil
}
