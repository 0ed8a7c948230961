package dcc

import (
	"strings"
	"time"

	"checkpoint/verify/internal/cose"
)

// Kind is what a passport certifies, in the words of its content.
type Kind string

// The kinds.
const (
	Vaccination Kind = "v"
	Test        Kind = "t"
	Recovery    Kind = "r"
)

// Name is the holder's, as written and as in the lower lines of a travel
// document (ICAO Doc 9303, part 3: A to Z, < between words). Either spelling,
// and either part of a name, may be empty.
type Name struct{ Surname, Forename, MachineSurname, MachineForename string }

// String is the name as written, surname first; the machine's spelling of a
// part that is not written.
func (n Name) String() string {
	part := func(written, machine string) string {
		if strings.TrimSpace(written) == "" {
			written = strings.ReplaceAll(machine, "<", " ")
		}
		return written
	}
	full := part(n.Surname, n.MachineSurname) + " " + part(n.Forename, n.MachineForename)
	return strings.Join(strings.Fields(full), " ")
}

// Passport is what a good certificate says of its holder.
type Passport struct {
	Name    Name
	Birth   string // YYYY, YYYY-MM, YYYY-MM-DD or empty
	Kind    Kind
	Issuer  string    // country that issued it
	Issued  time.Time // zero if not said
	Expires time.Time // zero if not said

	Dose, Course int    // Vaccination: which dose, of how many
	Day          string // YYYY-MM-DD of the dose, of the sample, of the first positive test
	Negative     bool   // Test: nothing was detected
}

// Verify checks a code from its first letter to its last field. A zero now
// checks no time. Every error is or wraps a [Fault].
func Verify(payload string, signers Signers, now time.Time) (Passport, error) {
	b, err := unpack(payload)
	if err != nil {
		return Passport{}, err
	}
	m, err := cose.Open(b)
	if err != nil {
		return Passport{}, NotCOSE
	}
	signer, err := signers.verify(&m)
	if err != nil {
		return Passport{}, err
	}
	c, err := readClaims(m.Payload)
	if err != nil {
		return Passport{}, err
	}
	if !now.IsZero() {
		if err := c.during(now, signer); err != nil {
			return Passport{}, err
		}
	}
	p, err := readContent(c.content)
	if err != nil {
		return Passport{}, err
	}
	if !maySign(signer, p.Kind) {
		return Passport{}, KeyUsageForeign
	}
	p.Issuer, p.Issued, p.Expires = c.issuer, c.issued, c.expires
	return p, nil
}
