package snapshot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"strings"

	"golang.org/x/crypto/argon2"

	"checkpoint"
	"checkpoint/store/system"
)

// TagSize is the length of a tag, the keyed name that a document has in a layer.
const TagSize = 16

// Tag is HMAC-SHA256(pepper, kind | document number), cut to 16 bytes.
type Tag [TagSize]byte

// Pepper is the machine secret without which no tag can be made and no record
// opened. It never lies in an image, on the FAT partition or in a snapshot.
type Pepper [32]byte

// ReadPepper reads a pepper file: 64 hexadecimal digits, mode 0600 or tighter.
func ReadPepper(path string) (Pepper, error) {
	var p Pepper
	info, err := os.Stat(path)
	if err != nil {
		return p, fmt.Errorf("read pepper: %w", err)
	}
	if system.ForOthers(info) != 0 {
		return p, fmt.Errorf("read pepper: %s is readable by others (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return p, fmt.Errorf("read pepper: %w", err)
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(raw) != len(p) {
		return p, fmt.Errorf("read pepper: %s: want 64 hexadecimal digits", path)
	}
	copy(p[:], raw)
	return p, nil
}

// ID names the pepper without giving it away, so that a box can say "this
// snapshot was built with another pepper".
func (p Pepper) ID() [8]byte {
	return [8]byte(p.mac("pepper id")[:8])
}

// Tag is the name of a document in every layer built with this pepper.
func (p Pepper) Tag(kind checkpoint.DocumentKind, number string) Tag {
	return Tag(p.mac("tag", string([]byte{byte(kind)}), number)[:TagSize])
}

// PersonKey names the holder of a document on boxes with this pepper.
func (p Pepper) PersonKey(kind checkpoint.DocumentKind, number string) checkpoint.PersonKey {
	return checkpoint.PersonKey(p.mac("person", string([]byte{byte(kind)}), number)[:16])
}

// CodeHash names a code whose content must not be kept.
func (p Pepper) CodeHash(payload []byte) []byte { return p.mac("code", string(payload))[:16] }

// mac is HMAC-SHA256 over the parts, each followed by a zero byte; no part but
// the last holds one, so no two lists of parts collide.
func (p Pepper) mac(parts ...string) []byte {
	message := make([]byte, 0, 2*sha256.BlockSize)
	for _, part := range parts {
		message = append(append(message, part...), 0)
	}
	sum := oneMAC(p[:], message)
	return sum[:]
}

// Stretch makes guessing birth dates slow for a thief who has card and pepper.
// Values are in the manifest.
type Stretch uint8

// The stretches: none, and Argon2id (RFC 9106) with 8 MiB, one pass, one lane.
const (
	StretchNone     Stretch = 0
	StretchArgon2id Stretch = 1
)

// apply makes a secret slow to guess.
func (s Stretch) apply(secret []byte) ([]byte, error) {
	switch s {
	case StretchNone:
		return secret, nil
	case StretchArgon2id:
		return argon2.IDKey(secret, []byte("checkpoint stretch 1"), 1, 8<<10, 1, 32), nil
	}
	return nil, fmt.Errorf("stretch %d: not known to this version", s)
}

// secret is what a record's key is made of: HMAC(pepper, kind | number | birth
// date as registered). It is the same in every layer; [sealKey] makes it
// differ.
func (p Pepper) secret(kind checkpoint.DocumentKind, number string, birth checkpoint.Date) []byte {
	return p.mac("record", string([]byte{byte(kind)}), number, string(appendDate(nil, birth)))
}

// sealKey is the key of one record in one layer, of its stretched secret: bound
// to the layer's input, so that no key serves two layers and a fixed nonce is
// sound. It is the one-step key derivation of NIST SP 800-56C rev. 2, section
// 4.1, with HMAC-SHA256: the layer's input is the salt.
func sealKey(stretched []byte, input Digest, t entryType) Digest {
	message := make([]byte, 0, sha256.BlockSize)
	return oneMAC(input[:], appendKeyMaterial(message, stretched, t))
}

// appendKeyMaterial appends what the derivation is over: counter, secret, and
// what the key is for. With the salt it stays within two blocks of SHA-256.
func appendKeyMaterial(b, stretched []byte, t entryType) []byte {
	b = append(append(b, 0, 0, 0, 1), stretched...)
	return append(append(b, "record 2 "...), t.String()...)
}

// digest is a keyed digest of one line of a card, for comparing only. The hash
// begins with the secret, which the holder of the whole hash could go on from;
// records keep its first bytes, and from these nobody can. It needs no stretch:
// it lies in the record, which has to be opened first.
func digest(secret []byte, what, value string) Digest {
	line := make([]byte, 0, 2*sha256.BlockSize)
	line = append(append(line, secret...), what...)
	line = append(append(line, 0), value...)
	return sha256.Sum256(line)
}
