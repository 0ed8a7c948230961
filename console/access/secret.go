package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"
)

// digest is what is kept of a secret. SHA-256 is enough: secrets are random,
// of 130 bits, and cannot be guessed.
type digest string

func digestOf(secret string) digest {
	sum := sha256.Sum256([]byte(secret))
	return digest(hex.EncodeToString(sum[:]))
}

func (d digest) is(secret string) bool {
	return subtle.ConstantTimeCompare([]byte(d), []byte(digestOf(secret))) == 1
}

func newSecret() string { return rand.Text() }

// A device's secret begins with its id, so that it is found without trying all.
const mark = "."

func newID() string { return rand.Text()[:6] }

func split(secret string) (id, rest string) {
	id, rest, _ = strings.Cut(secret, mark)
	return id, rest
}

// letters of a pairing code: none is taken for another when it is read out.
const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

const codeLength = 8

// newCode is 40 random bits, good for two minutes and a few tries.
func newCode() string {
	raw := make([]byte, codeLength)
	rand.Read(raw) // never fails, crypto/rand says
	for i, b := range raw {
		raw[i] = letters[b%32]
	}
	return string(raw)
}

// plainCode is a code as people type it.
func plainCode(typed string) string {
	return strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(typed))
}
