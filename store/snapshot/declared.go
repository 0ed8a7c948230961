package snapshot

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"checkpoint"
)

// Declared is a mobility declaration before it is sealed. Its code alone opens
// it: whoever declared shows no birth date with it.
type Declared struct {
	Code     string
	Kind     checkpoint.DocumentKind
	Number   string // of the document that was declared
	NameFold string
	Birth    checkpoint.Date
	At       time.Time // when it was declared, to the second
	From, To string    // codes of communes, up to 8 letters; may be empty
}

// A declaration is 38 bytes before sealing, always. It begins as an alias does,
// so that it leads to a person like any further document:
//
//	0-7    kind and number, as of an alias
//	8-11   declared at, seconds since 1970
//	12-15  birth date: year 2, month 1, day 1
//	16-21  digest of the folded name
//	22-29  from, 30-37 to: ASCII, zeros behind it
const (
	declaredSize = 38
	communeSize  = 8
	fromAt, toAt = 22, 30
)

// encode is as short-lived as [Person.encode].
func (d *Declared) encode(secret []byte) (b [declaredSize]byte, err error) {
	alias, err := (&Alias{MainKind: d.Kind, Main: d.Number}).encode()
	if err != nil {
		return b, err
	}
	copy(b[:], alias[:])
	at := d.At.Unix()
	if at <= 0 || at > math.MaxUint32 {
		return b, fmt.Errorf("declared at %s: want a time between 1970 and 2106", d.At.Format(time.RFC3339))
	}
	binary.BigEndian.PutUint32(b[8:], uint32(at))
	binary.BigEndian.PutUint16(b[12:], uint16(d.Birth.Year))
	b[14], b[15] = byte(d.Birth.Month), byte(d.Birth.Day)
	name := digest(secret, "name", d.NameFold)
	copy(b[16:fromAt], name[:nameSize])
	for at, commune := range map[int]string{fromAt: d.From, toAt: d.To} {
		if !isCommune(commune) {
			return b, fmt.Errorf("commune code: want at most %d letters and digits", communeSize)
		}
		copy(b[at:], commune)
	}
	return b, nil
}

func isCommune(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return len(s) <= communeSize
}

func decodeDeclared(b, secret []byte, nameFold string) (*checkpoint.Declared, error) {
	if len(b) != declaredSize {
		return nil, fmt.Errorf("%w: declaration of %d bytes", ErrDamaged, len(b))
	}
	kind, number, err := decodeAlias(b[:aliasSize])
	if err != nil {
		return nil, err
	}
	return &checkpoint.Declared{
		Kind: kind, Number: number, At: time.Unix(int64(binary.BigEndian.Uint32(b[8:])), 0),
		Birth: checkpoint.Date{Year: int(binary.BigEndian.Uint16(b[12:])), Month: int(b[14]), Day: int(b[15])},
		Name:  agreement(nameFold, b[16:fromAt], secret, "name"),
		From:  commune(b[fromAt:toAt]), To: commune(b[toAt:]),
	}, nil
}

// commune is a code without the zeros behind it.
func commune(b []byte) string {
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return string(b)
}
