package snapshot

import (
	"crypto/ed25519"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"
)

const (
	manifestFormat = 1
	// MaxLayers bounds the cost of a lookup: hours fold into a day, days into
	// the base.
	MaxLayers        = 8
	maxManifestBytes = 1 << 20
	// MaxNumber bounds a snapshot's number: TUF's versions are JSON, whose
	// numbers are exact below 2^53 (RFC 8259, section 6), and after the highest
	// there is no next.
	MaxNumber = 1<<53 - 1
)

// Manifest is what the province signs: which layers, under which policy.
type Manifest struct {
	Format   uint8      `cbor:"1,keyasint"`
	Province string     `cbor:"2,keyasint"`
	Number   uint64     `cbor:"3,keyasint"` // rises with every snapshot
	Created  int64      `cbor:"4,keyasint"` // Unix seconds; the age of the data counts from here
	Layers   []LayerRef `cbor:"5,keyasint"` // newest first
	Stretch  Stretch    `cbor:"6,keyasint"`
	Policy   []byte     `cbor:"7,keyasint"`           // the policy file, as it was written
	Trusted  []byte     `cbor:"8,keyasint,omitempty"` // trust list for signed papers
	Zones    []byte     `cbor:"9,keyasint,omitempty"` // levels of communes

	Sites []SiteLayer `cbor:"10,keyasint,omitempty"` // lists of sites, by rising id
}

// CreatedAt is when the snapshot was made.
func (m *Manifest) CreatedAt() time.Time { return time.Unix(m.Created, 0).UTC() }

// signedBytes is what a signature is over.
func signedBytes(manifest []byte) []byte {
	return append([]byte("checkpoint manifest 1\x00"), manifest...)
}

// Signature is one officer's signature of a manifest.
type Signature struct {
	Key   string `cbor:"1,keyasint"` // key id, see [KeyID]
	Bytes []byte `cbor:"2,keyasint"` // Ed25519 (RFC 8032)
}

// Sign signs the encoded manifest.
func Sign(manifest []byte, key ed25519.PrivateKey) Signature {
	return Signature{Key: KeyID(key.Public().(ed25519.PublicKey)), Bytes: ed25519.Sign(key, signedBytes(manifest))}
}

// Accept is the one function through which a manifest comes in: it checks the
// threshold of signatures over the very bytes, and only then reads them. Every
// error wraps ErrUntrusted.
func Accept(manifest []byte, signatures []Signature, trust Trust) (Manifest, error) {
	var m Manifest
	if len(manifest) > maxManifestBytes {
		return m, fmt.Errorf("%w: manifest of %d bytes", ErrUntrusted, len(manifest))
	}
	if got := trust.Snapshot.count(signedBytes(manifest), signatures); got < trust.Snapshot.Threshold {
		return m, fmt.Errorf("%w: %d good signatures, want %d", ErrUntrusted, got, trust.Snapshot.Threshold)
	}
	if err := decode(manifest, &m); err != nil {
		return m, fmt.Errorf("%w: %w", ErrUntrusted, err)
	}
	return m, m.validate(trust)
}

func (m *Manifest) validate(trust Trust) error {
	switch {
	case m.Format != manifestFormat:
		return fmt.Errorf("%w: manifest format %d: this version reads %d", ErrUntrusted, m.Format, manifestFormat)
	case m.Province != trust.Province:
		return fmt.Errorf("%w: snapshot of province %q, this box belongs to %q", ErrUntrusted, m.Province, trust.Province)
	case m.Number == 0 || m.Created <= 0:
		return fmt.Errorf("%w: manifest without number or time", ErrUntrusted)
	case m.Number > MaxNumber:
		return fmt.Errorf("%w: number %d: want at most %d", ErrUntrusted, m.Number, uint64(MaxNumber))
	case len(m.Layers) == 0 || len(m.Layers) > MaxLayers:
		return fmt.Errorf("%w: %d layers, want 1 to %d", ErrUntrusted, len(m.Layers), MaxLayers)
	}
	if err := m.validateSites(); err != nil {
		return err
	}
	for i, l := range m.All() {
		if l.Header.Format != layerFormat {
			return fmt.Errorf("%w: layer %d has format %d: this version reads %d", ErrUntrusted, i, l.Header.Format, layerFormat)
		}
		if l.Header.Province != m.Province || l.Header.Stretch != m.Stretch {
			return fmt.Errorf("%w: layer %d does not belong to this manifest", ErrUntrusted, i)
		}
	}
	return nil
}

// EncodeManifest gives the bytes that are signed.
func EncodeManifest(m Manifest) ([]byte, error) {
	if m.Number > MaxNumber {
		return nil, fmt.Errorf("encode manifest: number %d: want at most %d", m.Number, uint64(MaxNumber))
	}
	m.Format = manifestFormat
	return encode(m)
}

// EncodeSignatures and DecodeSignatures are the signature file.
func EncodeSignatures(s []Signature) ([]byte, error) { return encode(s) }

// DecodeSignatures reads a signature file.
func DecodeSignatures(b []byte) (s []Signature, err error) { return s, decode(b, &s) }

// encode is CBOR in core deterministic form (RFC 8949, section 4.2.1): the same
// value has one encoding.
func encode(v any) ([]byte, error) {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		return nil, fmt.Errorf("encode: %w", err)
	}
	return mode.Marshal(v)
}

func decode(b []byte, v any) error {
	mode, err := cbor.DecOptions{DupMapKey: cbor.DupMapKeyEnforcedAPF, ExtraReturnErrors: cbor.ExtraDecErrorUnknownField, IndefLength: cbor.IndefLengthForbidden, MaxArrayElements: 1024, MaxMapPairs: 64, MaxNestedLevels: 8}.DecMode()
	if err != nil {
		return fmt.Errorf("decode: %w", err)
	}
	return mode.Unmarshal(b, v)
}
