package wire

import (
	"crypto/hpke"
	"fmt"
)

// MaxDiagnosis bounds a diagnosis, in bytes before it is sealed.
const MaxDiagnosis = 64 << 10

// diagnosisInfo binds a diagnosis to the box and the command that asked.
func diagnosisInfo(c Command) []byte {
	return fmt.Appendf(nil, "checkpoint diagnosis v1\x00%s\x00%s\x00%d", c.Province, c.Box, c.Number)
}

// SealDiagnosis seals what a box tells of itself to the province (RFC 9180), as
// the answer to that command: a broker reads nothing of it.
func SealDiagnosis(to hpke.PublicKey, c Command, text []byte) ([]byte, error) {
	if len(text) > MaxDiagnosis {
		return nil, fmt.Errorf("diagnosis of %d bytes, at most %d", len(text), MaxDiagnosis)
	}
	b, err := hpke.Seal(to, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), diagnosisInfo(c), text)
	if err != nil {
		return nil, fmt.Errorf("seal diagnosis: %w", err)
	}
	return b, nil
}

// OpenDiagnosis opens the answer to that command. It proves nothing of who
// answered: whoever may write to the box's topic can.
func OpenDiagnosis(key hpke.PrivateKey, c Command, sealed []byte) ([]byte, error) {
	if len(sealed) > MaxDiagnosis+1024 {
		return nil, fmt.Errorf("open diagnosis: %d bytes", len(sealed))
	}
	b, err := hpke.Open(key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), diagnosisInfo(c), sealed)
	if err != nil {
		return nil, fmt.Errorf("open diagnosis: %w", err)
	}
	return b, nil
}
