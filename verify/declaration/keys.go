package declaration

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"slices"
)

// Key is a public key that signs declarations, and in whose name.
type Key struct {
	Issuer string `json:"issuer"` // id of the province
	Public []byte `json:"key"`    // Ed25519, 32 bytes; base64
}

// Validate tells what is wrong with a key.
func (k Key) Validate() error {
	switch {
	case k.Issuer == "":
		return errors.New("declaration key: issuer: missing")
	case len(k.Public) != ed25519.PublicKeySize:
		return errors.New("declaration key: want 32 bytes in base64")
	}
	return nil
}

// Keys are those whose declarations are believed. A new key is listed beside
// the old one, which is taken off when its last declaration has ended.
type Keys []Key

const keyIDSize = 8

// ID is the beginning of the key's SHA-256: several keys may share one.
func (k Key) ID() []byte {
	sum := sha256.Sum256(k.Public)
	return sum[:keyIDSize]
}

// named lists the keys with an id.
func (k Keys) named(id string) Keys {
	return slices.DeleteFunc(slices.Clone(k), func(key Key) bool { return string(key.ID()) != id })
}
