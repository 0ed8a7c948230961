package office

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"checkpoint/sync/collector/view"
)

// Cost of a hash: OWASP's second choice for Argon2id (RFC 9106). The numbers
// stand in each hash, so that they can rise.
const (
	memory   = 19 << 10 // KiB
	passes   = 2
	saltSize = 16
	keySize  = 32
)

// Bounds of a password: at least so many letters, NIST SP 800-63B-4; at most so
// many bytes, since it is hashed before anybody is known.
const (
	leastLetters = 12
	mostBytes    = 512
)

// ErrPassword is a password that nobody may have.
var ErrPassword = view.Sayf("mật khẩu cần ít nhất %d chữ, nhiều nhất %d byte", "a password has at least %d letters and at most %d bytes", leastLetters, mostBytes)

// hashPassword is what is kept of a password, in the usual form:
// $argon2id$v=19$m=19456,t=2,p=1$salt$key.
func hashPassword(password string) (string, error) {
	if !utf8.ValidString(password) || utf8.RuneCountInString(password) < leastLetters || len(password) > mostBytes {
		return "", ErrPassword
	}
	h := hash{memory: memory, passes: passes, salt: make([]byte, saltSize)}
	rand.Read(h.salt) // never fails, crypto/rand says
	h.key = h.of(password)
	return h.String(), nil
}

// NewPassword is one that nobody guesses: 80 bits, in groups to be typed.
func NewPassword() string {
	text := strings.ToLower(rand.Text()[:16])
	return text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
}

type hash struct {
	memory, passes uint32
	salt, key      []byte
}

func (h hash) of(password string) []byte {
	return argon2.IDKey([]byte(password), h.salt, h.passes, h.memory, 1, keySize)
}

func (h hash) String() string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, h.memory, h.passes, b.EncodeToString(h.salt), b.EncodeToString(h.key))
}

// is tells whether it is of that password, in a time that says nothing.
func (h hash) is(password string) bool {
	return subtle.ConstantTimeCompare(h.of(password), h.key) == 1
}

// parseHash reads what String wrote, and nothing else. What cannot be read is
// nobody's: a hash that takes as long, and is of no password.
func parseHash(text string) (h hash, ok bool) {
	nobody := hash{memory: memory, passes: passes, salt: make([]byte, saltSize), key: nil}
	parts := strings.Split(text, "$")
	if len(parts) != 6 {
		return nobody, false
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=1", &h.memory, &h.passes); err != nil {
		return nobody, false
	}
	b := base64.RawStdEncoding.Strict()
	var errSalt, errKey error
	h.salt, errSalt = b.DecodeString(parts[4])
	h.key, errKey = b.DecodeString(parts[5])
	if errSalt != nil || errKey != nil || len(h.salt) != saltSize || len(h.key) != keySize || h.String() != text ||
		h.memory < 8 || h.memory > 1<<18 || h.passes < 1 || h.passes > 16 {
		return nobody, false
	}
	return h, true
}
