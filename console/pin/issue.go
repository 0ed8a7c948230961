package pin

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"
	"unicode/utf8"
)

// Store keeps the issued PINs' hashes. Load is nil when nothing was kept.
type Store interface {
	Load() ([]byte, error)
	Save([]byte) error
}

// Issued is a PIN that was issued on this box, without the PIN.
type Issued struct {
	ID     string    `json:"id"`
	Role   Role      `json:"role"`
	Holder string    `json:"holder"` // a post or a shift, as the technician calls it
	Since  time.Time `json:"since"`
}

// issued is how one is kept.
type issued struct {
	Issued
	Hash string `json:"hash"`
	hash hash
}

// book is the file.
type book struct {
	PINs []issued `json:"pins"`
}

const (
	issuedDigits = 6
	// mostIssued bounds how long a try takes: one hash for each.
	mostIssued = 24
	longHolder = 40 // letters
)

var (
	errNoStore = errors.New("the file of issued PINs is not readable; the daemon's log says why")
	errFull    = fmt.Errorf("%d PINs are issued already: revoke one first", mostIssued)
	errHolder  = fmt.Errorf("a PIN wants a holder of 1 to %d letters, such as a shift", longHolder)
	errRole    = errors.New("want guard, lead or technician")
	errUnknown = errors.New("no such PIN: checkpointctl pin list")
)

// Keep reads the issued PINs, and keeps those issued from now on. Where it
// fails, none is good and none can be issued: what cannot be read is not
// written over.
func (l *List) Keep(in Store) error {
	text, err := in.Load()
	if err != nil {
		return err
	}
	var b book
	if text != nil {
		if err := json.Unmarshal(text, &b); err != nil {
			return fmt.Errorf("read issued PINs: %w", err)
		}
	}
	for i := range b.PINs {
		p := &b.PINs[i]
		if p.hash, err = parse(p.Hash); err != nil || !p.Role.Known() {
			return fmt.Errorf("read issued PINs: number %d: %w", i+1, errors.Join(err, errRole))
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.issued, l.store = b.PINs, in
	return nil
}

// Issue makes a PIN that nobody else on this box has. It is told once and never
// again.
func (l *List) Issue(role Role, holder string, now time.Time) (pin string, _ Issued, err error) {
	switch {
	case !role.Known():
		return "", Issued{}, errRole
	case holder == "" || !utf8.ValidString(holder) || utf8.RuneCountInString(holder) > longHolder:
		return "", Issued{}, errHolder
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.store == nil:
		return "", Issued{}, errNoStore
	case len(l.issued) >= mostIssued:
		return "", Issued{}, errFull
	}
	for pin = random(); l.taken(pin); pin = random() {
	}
	text, err := Hash(pin)
	if err != nil {
		return "", Issued{}, err
	}
	p := issued{Issued: Issued{ID: rand.Text()[:6], Role: role, Holder: holder, Since: now.UTC().Truncate(time.Second)}, Hash: text}
	if p.hash, err = parse(text); err != nil {
		return "", Issued{}, err
	}
	return pin, p.Issued, l.save(append(slices.Clone(l.issued), p))
}

func (l *List) taken(pin string) bool {
	return slices.ContainsFunc(l.who(SignIn), func(c candidate) bool { return c.is(pin) })
}

func random() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // never, crypto/rand says
	}
	return fmt.Sprintf("%0*d", issuedDigits, n)
}

// Issued lists the issued PINs.
func (l *List) Issued() (all []Issued) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, p := range l.issued {
		all = append(all, p.Issued)
	}
	return all
}

// Revoke makes a PIN worth nothing.
func (l *List) Revoke(id string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	rest := slices.DeleteFunc(slices.Clone(l.issued), func(p issued) bool { return p.ID == id })
	if len(rest) == len(l.issued) {
		return errUnknown
	}
	return l.save(rest)
}

// save keeps the PINs on disk before they count.
func (l *List) save(all []issued) error {
	text, err := json.MarshalIndent(book{all}, "", " ")
	if err != nil {
		return err
	}
	if err := l.store.Save(append(text, '\n')); err != nil {
		return fmt.Errorf("keep issued PINs: %w", err)
	}
	l.issued = all
	return nil
}
