// Package pin checks the shift leads' PINs. What is kept is a hash (Argon2id,
// RFC 9106) that is costly to try; whoever guesses at the box is held up longer
// and longer. It keeps no PIN, and says of a wrong one only that it is wrong.
package pin

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

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

var errHash = errors.New("not a PIN's hash: checkpointctl pin makes one")

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

// How guessing is held up: so many tries, then a wait that doubles.
const (
	tries     = 5
	firstWait = time.Minute
	longWait  = 15 * time.Minute
)

// List is the PINs that are good, and how often a wrong one was given. Its
// methods may be called from any goroutine; one PIN is tried at a time.
type List struct {
	hashes []hash
	now    func() time.Time // monotonic

	mu     sync.Mutex
	wrong  int // since the last good one, or the last wait
	waits  int
	locked time.Time // until when nothing is tried
}

// NewList reads hashes; the error names each that is none.
func NewList(hashes []string) (*List, error) {
	l := &List{now: time.Now}
	var errs []error
	for i, text := range hashes {
		h, err := parse(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("[%d]: %w", i, err))
		}
		l.hashes = append(l.hashes, h)
	}
	return l, errors.Join(errs...)
}

// Wrong is the answer to a wrong PIN.
type Wrong struct {
	Left int           // tries before a wait
	Wait time.Duration // before the next try; 0: none
}

func (w *Wrong) Error() string {
	if w.Wait > 0 {
		return fmt.Sprintf("wrong PIN: wait %v", w.Wait.Round(time.Second))
	}
	return fmt.Sprintf("wrong PIN: %d tries left", w.Left)
}

// ErrNone tells that no PIN was ever set.
var ErrNone = errors.New("no shift lead's PIN is set on this box")

// Check tries a PIN. It takes as long as one hash for each kept PIN. The error
// is [ErrNone], a [Wrong], or a [Held] of somebody who did not wait.
func (l *List) Check(pin string) error {
	if len(l.hashes) == 0 {
		return ErrNone
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if left := l.locked.Sub(l.now()); left > 0 {
		return &Held{left}
	}
	good := 0
	for _, h := range l.hashes {
		good |= subtle.ConstantTimeCompare(h.of(pin), h.key)
	}
	if good == 1 {
		l.wrong, l.waits = 0, 0
		return nil
	}
	if l.wrong++; l.wrong < tries {
		return &Wrong{Left: tries - l.wrong}
	}
	wait := min(firstWait<<min(l.waits, 8), longWait)
	l.wrong, l.waits, l.locked = 0, l.waits+1, l.now().Add(wait)
	return &Wrong{Wait: wait}
}

// Held tells that no PIN is tried for a while; the one given was not looked at.
type Held struct{ Wait time.Duration }

func (h *Held) Error() string {
	return fmt.Sprintf("too many wrong PINs: wait %v", h.Wait.Round(time.Second))
}
