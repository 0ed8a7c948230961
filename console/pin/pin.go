// Package pin issues and checks PINs: of guards, shift leads and technicians.
// What is kept is a hash (Argon2id, RFC 9106) that is costly to try; whoever
// guesses is held up longer and longer, never for good. It keeps no PIN, and
// says of a wrong one only that it is wrong.
package pin

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// Cost of a hash: OWASP's second choice for Argon2id, for boxes of 1 GB. The
// numbers stand in each hash, so that they can rise.
const (
	memory   = 19 << 10 // KiB
	passes   = 2
	saltSize = 16
	keySize  = 32
)

// Bounds of a PIN, in digits.
const (
	least = 4
	most  = 12
)

// ErrForm is a PIN that nobody can have.
var ErrForm = fmt.Errorf("a PIN has %d to %d digits", least, most)

// Hash is what to keep of a PIN, in the usual form:
// $argon2id$v=19$m=19456,t=2,p=1$salt$key.
func Hash(pin string) (string, error) {
	if err := form(pin); err != nil {
		return "", err
	}
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails, crypto/rand says
	h := hash{memory: memory, passes: passes, salt: salt}
	h.key = h.of(pin)
	return h.String(), nil
}

func form(pin string) error {
	if len(pin) < least || len(pin) > most || strings.Trim(pin, "0123456789") != "" {
		return ErrForm
	}
	return nil
}

// hash is one kept PIN.
type hash struct {
	memory, passes uint32
	salt, key      []byte
}

func (h hash) of(pin string) []byte {
	return argon2.IDKey([]byte(pin), h.salt, h.passes, h.memory, 1, keySize)
}

func (h hash) String() string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, h.memory, h.passes, b.EncodeToString(h.salt), b.EncodeToString(h.key))
}

var errHash = errors.New("not a PIN's hash: checkpointctl pin hash makes one")

// parse reads what String wrote, and nothing else.
func parse(text string) (h hash, err error) {
	parts := strings.Split(text, "$")
	if len(parts) != 6 {
		return h, errHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=1", &h.memory, &h.passes); err != nil {
		return h, errHash
	}
	b := base64.RawStdEncoding.Strict()
	var errSalt, errKey error
	h.salt, errSalt = b.DecodeString(parts[4])
	h.key, errKey = b.DecodeString(parts[5])
	ok := errSalt == nil && errKey == nil && len(h.salt) == saltSize && len(h.key) == keySize && h.String() == text
	if !ok || h.memory < 8 || h.memory > 1<<18 || h.passes < 1 || h.passes > 16 {
		return h, errHash
	}
	return h, nil
}
