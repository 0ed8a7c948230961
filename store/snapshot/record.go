package snapshot

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"checkpoint"
)

// Person is a record before it is sealed: what the builder knows of a person.
type Person struct {
	Kind     checkpoint.DocumentKind
	Number   string
	Birth    checkpoint.Date // as registered: a card must print the same to open it
	NameFold string
	Sex      checkpoint.Sex
	Facts    checkpoint.Person
}

// A person's record is 48 bytes before sealing, always:
//
//	0      version 1
//	1-6    digest of the folded name     7-8   digest of the sex
//	9-10   issue day                     11    card status   12-13 since day
//	14     number of doses               15-30 four doses, newest first:
//	                                           day 2, product 1, number<<4|course 1
//	31     case status  32-33 from day  34-35 until day
//	36     flags (1: exempt)
//	37-39  newest negative PCR           40-42 newest negative rapid test
//	43-45  newest positive test          46-47 zero
//
// Days count from 2000-01-01 = 1, hours of tests from its midnight in UTC; 0 is none. The issue date lies as a day and
// not as a digest, since the guard must be told whether a card is older.
const (
	recordSize    = 48
	recordVersion = 1
	nameSize      = 6
	sexSize       = 2
	flagExempt    = 1
	testsAt       = 37
)

var dayZero = time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC)

func toDay(d checkpoint.Date) (uint16, error) {
	if d.IsZero() {
		return 0, nil
	}
	days := int(d.First().Sub(dayZero).Hours() / 24)
	if days < 1 || days > 0xffff {
		return 0, fmt.Errorf("date %s: want a day between 2000 and 2178", d)
	}
	return uint16(days), nil
}

func fromDay(n uint16) checkpoint.Date {
	if n == 0 {
		return checkpoint.Date{}
	}
	return checkpoint.DateOf(dayZero.AddDate(0, 0, int(n)))
}

// encode gives an array, which unlike a slice costs no memory: a build makes
// millions.
func (p *Person) encode(secret []byte) (b [recordSize]byte, err error) {
	b[0] = recordVersion
	name, sex := digest(secret, "name", p.NameFold), digest(secret, "sex", p.Sex.String())
	copy(b[1:], name[:nameSize])
	copy(b[7:], sex[:sexSize])
	f := &p.Facts
	w := dayWriter{b: &b}
	w.put(9, f.Issued)
	b[11] = byte(f.Card)
	w.put(12, f.CardSince)
	if len(f.Doses) > checkpoint.MaxDoses || f.DoseCount > 255 || len(f.Doses) > f.DoseCount {
		return b, fmt.Errorf("%d of %d doses: want at most %d of 255", len(f.Doses), f.DoseCount, checkpoint.MaxDoses)
	}
	b[14] = byte(f.DoseCount)
	for i, d := range f.Doses {
		at := 15 + 4*i
		w.put(at, d.Date)
		if d.Number < 0 || d.Number > 15 || d.Course < 0 || d.Course > 15 {
			return b, fmt.Errorf("dose %d of %d: want at most 15", d.Number, d.Course)
		}
		b[at+2], b[at+3] = d.Product, byte(d.Number<<4|d.Course)
	}
	b[31] = byte(f.Case)
	w.put(32, f.CaseFrom)
	w.put(34, f.CaseUntil)
	if f.Exempt {
		b[36] |= flagExempt
	}
	for i, taken := range []time.Time{f.Tests.PCR, f.Tests.Rapid, f.Tests.Positive} {
		w.hour(testsAt+3*i, taken)
	}
	return b, w.err
}

type dayWriter struct {
	b   *[recordSize]byte
	err error
}

func (w *dayWriter) put(at int, d checkpoint.Date) {
	n, err := toDay(d)
	if err != nil {
		w.err = err
	}
	binary.BigEndian.PutUint16(w.b[at:], n)
}

// hourZero is before the first hour that a record can hold.
var hourZero = time.Date(1999, 12, 31, 23, 0, 0, 0, time.UTC)

const secondsPerHour = 60 * 60

// hour keeps the hour in which a sample was taken; three bytes last until 3913.
func (w *dayWriter) hour(at int, taken time.Time) {
	if taken.IsZero() {
		return
	}
	n := (taken.Unix() - hourZero.Unix()) / secondsPerHour
	if n < 1 || n >= 1<<24 {
		w.err = fmt.Errorf("test taken %s: want a time from 2000 on", taken.Format(time.DateOnly))
		return
	}
	w.b[at], w.b[at+1], w.b[at+2] = byte(n>>16), byte(n>>8), byte(n)
}

func hourAt(b []byte, at int) time.Time {
	n := int64(b[at])<<16 | int64(b[at+1])<<8 | int64(b[at+2])
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(hourZero.Unix()+n*secondsPerHour, 0) // a time.Duration ends after 292 years
}

// decodePerson reads a record that opened, and compares it with the query.
func decodePerson(b, secret []byte, q checkpoint.Query) (checkpoint.Match, error) {
	facts, err := decodeFacts(b)
	if err != nil {
		return checkpoint.Match{}, err
	}
	a := checkpoint.Match{Found: true, Opened: true, Person: facts}
	a.Name = agreement(q.NameFold, b[1:1+nameSize], secret, "name")
	a.Sex = agreement(q.Sex.String(), b[7:7+sexSize], secret, "sex")
	return a, nil
}

// agreement compares a line of the card with its digest in the data.
func agreement(shown string, kept, secret []byte, what string) checkpoint.Agreement {
	is := func(value string) bool {
		d := digest(secret, what, value)
		return bytes.Equal(kept, d[:len(kept)])
	}
	switch {
	case shown == "":
		return checkpoint.Unknown
	case is(shown):
		return checkpoint.Agrees
	case is(""):
		return checkpoint.Unknown
	}
	return checkpoint.Differs
}

// Alias leads from a further document of a person to the main number.
type Alias struct {
	Kind     checkpoint.DocumentKind
	Number   string
	Birth    checkpoint.Date // zero where the document carries none
	MainKind checkpoint.DocumentKind
	Main     string
}

// An alias is 8 bytes before sealing: form<<7 | main kind, then the number:
// form 0 (digits) is a length and 48 bits; form 1 is base 37, first character
// lowest, 0 ends.
const aliasSize = 8

func (a *Alias) encode() (b [aliasSize]byte, err error) {
	b[0] = byte(a.MainKind)
	digits := uint64(0)
	for i := range len(a.Main) {
		c := a.Main[i]
		if c < '0' || c > '9' || len(a.Main) > 14 {
			err = packLetters(b[:], a.Main)
			return b, err
		}
		digits = digits*10 + uint64(c-'0')
	}
	binary.BigEndian.PutUint64(b[:], digits)
	b[0], b[1] = byte(a.MainKind), byte(len(a.Main))
	return b, nil
}

func packLetters(b []byte, s string) error {
	if len(s) > 10 {
		return fmt.Errorf("document number of %d characters: want at most 10 letters and digits, or 14 digits", len(s))
	}
	n := uint64(0)
	for i := len(s) - 1; i >= 0; i-- {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			n = n*37 + uint64(c-'0') + 1
		case c >= 'A' && c <= 'Z':
			n = n*37 + uint64(c-'A') + 11
		default:
			return fmt.Errorf("document number: want capital letters and digits only")
		}
	}
	kind := b[0]
	binary.BigEndian.PutUint64(b, n)
	b[0] = kind | 0x80
	return nil
}

// decodeAlias reads what encode wrote and nothing else: a number has one form.
func decodeAlias(b []byte) (kind checkpoint.DocumentKind, number string, err error) {
	if len(b) != aliasSize {
		return 0, "", fmt.Errorf("%w: alias of %d bytes", ErrDamaged, len(b))
	}
	kind = checkpoint.DocumentKind(b[0] &^ 0x80)
	number = unpackDigits(b)
	if b[0]&0x80 != 0 {
		number = unpackLetters(b)
	}
	again, err := (&Alias{MainKind: kind, Main: number}).encode()
	if err != nil || !bytes.Equal(again[:], b) {
		return 0, "", fmt.Errorf("%w: alias", ErrDamaged)
	}
	return kind, number, nil
}

func unpackDigits(b []byte) string {
	n := binary.BigEndian.Uint64(b) &^ (uint64(0xffff) << 48)
	return fmt.Sprintf("%0*d", b[1], n)
}

func unpackLetters(b []byte) string {
	var s []byte
	for n := binary.BigEndian.Uint64(b) &^ (uint64(0xff) << 56); n > 0; n /= 37 {
		c := byte(n % 37)
		if c <= 10 {
			s = append(s, '0'+c-1)
		} else {
			s = append(s, 'A'+c-11)
		}
	}
	return string(s)
}

// unseal opens what [sealer] closed; false: the key is not the record's.
func unseal(key, sealed []byte, tag Tag) ([]byte, bool) {
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, false
	}
	plain, err := aead.Open(nil, make([]byte, aead.NonceSize()), sealed, tag[:])
	return plain, err == nil
}
