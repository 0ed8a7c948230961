package snapshot

import (
	"encoding/binary"
	"fmt"

	"checkpoint"
)

// SecretStart is how much of a record's secret a [Standing] holds, in bytes.
const SecretStart = 8

// Standing is what a snapshot says of one document, before it is sealed. Two
// that are equal need not be said twice. It belongs on the province's disk
// only: whoever reads it needs no card.
type Standing struct {
	Tag    Tag
	Person bool // else a further document of somebody
	// Secret is the beginning of what opens the record. Another birth date
	// gives another one.
	Secret [SecretStart]byte
	// Record is a person's record, or a declaration or an alias, which fill its
	// beginning.
	Record [recordSize]byte
}

// set makes it what the entry says, which is no tombstone.
func (s *Standing) set(e plainEntry) {
	s.Tag, s.Person, s.Secret = Tag(e.tag()), e.typ() == entryPerson, e.secretStart()
	clear(s.Record[copy(s.Record[:], e.plain()):])
}

// Facts are what a person's record says. ErrDamaged: it says nothing known.
func (s *Standing) Facts() (checkpoint.Person, error) {
	if !s.Person {
		return checkpoint.Person{}, fmt.Errorf("%w: facts of a further document", ErrDamaged)
	}
	return decodeFacts(s.Record[:])
}

// Main is the main document of the holder of a further one. ErrDamaged: it is
// a person's, or leads nowhere.
func (s *Standing) Main() (kind checkpoint.DocumentKind, number string, err error) {
	if s.Person {
		return 0, "", fmt.Errorf("%w: main document of a person", ErrDamaged)
	}
	return decodeAlias(s.Record[:aliasSize])
}

func decodeFacts(b []byte) (checkpoint.Person, error) {
	if len(b) != recordSize || b[0] != recordVersion {
		return checkpoint.Person{}, fmt.Errorf("%w: record of unknown version", ErrDamaged)
	}
	day := func(at int) checkpoint.Date { return fromDay(binary.BigEndian.Uint16(b[at:])) }
	p := checkpoint.Person{
		Issued: day(9), Card: checkpoint.CardStatus(b[11]), CardSince: day(12), DoseCount: int(b[14]),
		Case: checkpoint.CaseStatus(b[31]), CaseFrom: day(32), CaseUntil: day(34), Exempt: b[36]&flagExempt != 0,
		Tests: checkpoint.Tests{PCR: hourAt(b, testsAt), Rapid: hourAt(b, testsAt+3), Positive: hourAt(b, testsAt+6)},
	}
	for i := range min(p.DoseCount, checkpoint.MaxDoses) {
		at := 15 + 4*i
		p.Doses = append(p.Doses, checkpoint.Dose{Date: day(at), Product: b[at+2], Number: int(b[at+3] >> 4), Course: int(b[at+3] & 15)})
	}
	return p, nil
}
