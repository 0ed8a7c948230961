package snapshot

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"checkpoint/store/system"
)

// Trust is what a box believes: the province's public keys. It is the file
// province.json, readable by people, put on the box when it is enrolled.
type Trust struct {
	Province   string  `json:"province"`
	Snapshot   KeySet  `json:"snapshot"`        // signs manifests
	Collectors KeySet  `json:"collectors"`      // sign marks
	Office     KeySet  `json:"office,omitzero"` // signs invitations, approvals and commands; one key is enough
	RecordsKey HexData `json:"records_x25519"`  // records are sealed to it (RFC 9180)
}

// KeySet is a list of Ed25519 keys of which Threshold must agree.
type KeySet struct {
	Threshold int         `json:"threshold"`
	Keys      []PublicKey `json:"keys"`
}

// PublicKey is one key and whose it is.
type PublicKey struct {
	Name string  `json:"name"`
	Key  HexData `json:"ed25519"`
}

// HexData is bytes that people may have to compare by eye.
type HexData []byte

// MarshalText writes hexadecimal digits.
func (h HexData) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

// UnmarshalText reads hexadecimal digits.
func (h *HexData) UnmarshalText(t []byte) (err error) {
	*h, err = hex.DecodeString(string(t))
	return err
}

// KeyID is the short name of a public key: the first 8 bytes of its SHA-256.
func KeyID(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	return hex.EncodeToString(sum[:8])
}

// Find is the key of that id.
func (s KeySet) Find(id string) (ed25519.PublicKey, bool) {
	for _, k := range s.Keys {
		if KeyID(ed25519.PublicKey(k.Key)) == id {
			return ed25519.PublicKey(k.Key), true
		}
	}
	return nil, false
}

// count is the number of different keys of the set with a good signature.
func (s KeySet) count(message []byte, signatures []Signature) int {
	good := map[string]bool{}
	for _, sig := range signatures {
		if key, ok := s.Find(sig.Key); ok && ed25519.Verify(key, message, sig.Bytes) {
			good[sig.Key] = true
		}
	}
	return len(good)
}

// ReadTrust reads and validates a province.json. One that others than its owner
// can change is no anchor of trust, and is refused.
func ReadTrust(path string) (Trust, error) {
	var t Trust
	info, err := os.Stat(path)
	if err != nil {
		return t, fmt.Errorf("read province keys: %w", err)
	}
	if mode := info.Mode().Perm(); system.ForOthers(info)&0o022 != 0 {
		return t, fmt.Errorf("read province keys: %s can be changed by others (mode %04o): compare it with the province's, then chmod 644 it", path, mode)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return t, fmt.Errorf("read province keys: %w", err)
	}
	if t, err = ParseTrust(b); err != nil {
		return t, fmt.Errorf("read province keys: %s: %w", path, err)
	}
	return t, nil
}

// ParseTrust reads and validates the content of a province.json.
func ParseTrust(b []byte) (t Trust, err error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return t, err
	}
	return t, t.Validate()
}

// Validate reports every fault at once.
func (t Trust) Validate() error {
	var faults []error
	if t.Province == "" {
		faults = append(faults, errors.New("province: missing"))
	}
	faults = append(faults, t.Snapshot.validate("snapshot", 1), t.Collectors.validate("collectors", 0), t.Office.validate("office", 0))
	if len(t.RecordsKey) != 32 {
		faults = append(faults, fmt.Errorf("records_x25519: %d bytes, want 32", len(t.RecordsKey)))
	}
	return errors.Join(faults...)
}

func (s KeySet) validate(name string, least int) error {
	if s.Threshold < least || s.Threshold > len(s.Keys) {
		return fmt.Errorf("%s.threshold: %d of %d keys", name, s.Threshold, len(s.Keys))
	}
	seen := map[string]bool{}
	for i, k := range s.Keys {
		if len(k.Key) != ed25519.PublicKeySize {
			return fmt.Errorf("%s.keys[%d]: %d bytes, want %d", name, i, len(k.Key), ed25519.PublicKeySize)
		}
		if seen[string(k.Key)] {
			return fmt.Errorf("%s.keys[%d]: listed twice", name, i)
		}
		seen[string(k.Key)] = true
	}
	return nil
}
