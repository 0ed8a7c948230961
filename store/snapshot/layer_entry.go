package snapshot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"strings"

	"checkpoint"
)

// plainEntry is an entry as it is sorted, before sealing:
//
//	0-15   tag     16  type     17  document kind     18-21  row
//	22-53  secret of the record, not stretched; none for a tombstone
//	54-    plain record
type plainEntry []byte

const (
	typeAt   = TagSize
	kindAt   = typeAt + 1
	rowAt    = kindAt + 1
	secretAt = rowAt + 4
	plainAt  = secretAt + sha256.Size
)

func (e plainEntry) tag() []byte    { return e[:TagSize] }
func (e plainEntry) typ() entryType { return entryType(e[typeAt]) }
func (e plainEntry) kind() kind     { return kind(e[kindAt]) }
func (e plainEntry) row() int       { return int(binary.BigEndian.Uint32(e[rowAt:])) }
func (e plainEntry) secret() []byte { return e[secretAt:plainAt] }
func (e plainEntry) secretStart() [SecretStart]byte {
	return [SecretStart]byte(e[secretAt:])
}
func (e plainEntry) plain() []byte          { return e[plainAt:] }
func (e plainEntry) secretAndPlain() []byte { return e[secretAt:] }

// tombstone hides what stands under the tag in the snapshot below.
func tombstone(tag Tag) plainEntry {
	return append(append(make(plainEntry, 0, secretAt), tag[:]...), byte(entryTombstone), 0, 0, 0, 0, 0)
}

// keyer makes plain entries. It keeps the pepper's key schedule, which is half
// of what a short HMAC costs, and its buffers. It serves one goroutine.
type keyer struct {
	mac    hash.Hash
	text   []byte
	sum    []byte
	buffer []byte

	birth     checkpoint.Date // last seen: a person's documents come together
	birthText []byte
}

func newKeyer(p Pepper) *keyer {
	return &keyer{mac: hmac.New(sha256.New, p[:]), birthText: []byte{0}}
}

// ErrEntry: an entry says what no record can hold.
var ErrEntry = errors.New("does not fit into a record")

// record encodes an entry, or fails with [ErrEntry]. The result is good until the next call.
func (k *keyer) record(e Entry) (plainEntry, error) {
	switch {
	case e.Person != nil:
		p := e.Person
		k.head(entryPerson, p.Kind, p.Number, e.Row)
		k.secret(p.Kind, p.Number, p.Birth)
		plain, err := p.encode(k.buffer[secretAt:])
		return k.with(plain[:], err)
	case e.Alias != nil:
		a := e.Alias
		k.head(entryAlias, a.Kind, a.Number, e.Row)
		k.secret(a.Kind, a.Number, a.Birth)
		plain, err := a.encode()
		return k.with(plain[:], err)
	case e.Declared != nil:
		d := e.Declared
		k.head(entryDeclared, checkpoint.KindDeclared, d.Code, e.Row)
		k.secret(checkpoint.KindDeclared, d.Code, checkpoint.Date{})
		plain, err := d.encode(k.buffer[secretAt:])
		return k.with(plain[:], err)
	case e.Listed != nil:
		l := e.Listed
		k.head(entryListed, checkpoint.KindListed, l.Key, e.Row)
		k.secret(checkpoint.KindListed, l.Key, checkpoint.Date{})
		plain, err := l.encode()
		return k.with(plain[:], err)
	case e.Removed != nil:
		k.head(entryTombstone, e.Removed.Kind, e.Removed.Number, e.Row)
		return k.buffer, nil
	}
	return nil, fmt.Errorf("%w: it is empty", ErrEntry)
}

func (k *keyer) with(plain []byte, err error) (plainEntry, error) {
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrEntry, err)
	}
	k.buffer = append(k.buffer, plain...)
	return k.buffer, nil
}

func (k *keyer) head(t entryType, kind kind, number string, row int) {
	tag := k.keyed("tag", kind, number, nil)
	k.buffer = append(append(k.buffer[:0], tag[:TagSize]...), byte(t), byte(kind))
	k.buffer = binary.BigEndian.AppendUint32(k.buffer, uint32(row))
}

// secret appends what [Pepper.secret] gives.
func (k *keyer) secret(kind kind, number string, birth checkpoint.Date) {
	if birth != k.birth {
		k.birth, k.birthText = birth, append(appendDate(k.birthText[:0], birth), 0)
	}
	k.buffer = append(k.buffer, k.keyed("record", kind, number, k.birthText)...)
}

// appendDate appends d as its String, which formats slowly.
func appendDate(b []byte, d checkpoint.Date) []byte {
	if d.Year < 1000 || d.Year > 9999 || d.Month == 0 || d.Day == 0 {
		return append(b, d.String()...)
	}
	two := func(n int) { b = append(b, '0'+byte(n/10), '0'+byte(n%10)) }
	two(d.Year / 100)
	two(d.Year % 100)
	b = append(b, '-')
	two(d.Month)
	b = append(b, '-')
	two(d.Day)
	return b
}

// keyed is what [Pepper.mac] gives for the parts; last is empty or ends in zero.
func (k *keyer) keyed(what string, kind kind, number string, last []byte) []byte {
	k.text = append(append(k.text[:0], what...), 0, byte(kind), 0)
	k.text = append(append(k.text, number...), 0)
	k.text = append(k.text, last...)
	k.mac.Reset()
	k.mac.Write(k.text)
	k.sum = k.mac.Sum(k.sum[:0])
	return k.sum
}

// DuplicateError says that documents stand for two people, or twice for one.
// Nobody could say whose they are.
type DuplicateError struct {
	Count int         // how many entries follow one of the same document
	Pairs []Duplicate // the first of them
}

// Duplicate is a document that two entries name.
type Duplicate struct {
	Kind          checkpoint.DocumentKind
	First, Second Origin
}

// Origin is where an entry came from.
type Origin struct {
	Removed  bool // a line of the removed numbers,
	Declared bool // a row of the declarations, else a person of the people file
	Row      int  // from 1
}

func (o Origin) String() string {
	switch {
	case o.Removed:
		return fmt.Sprintf("line %d of the removed numbers", o.Row)
	case o.Declared:
		return fmt.Sprintf("declaration %d of the file", o.Row)
	}
	return fmt.Sprintf("person %d of the file", o.Row)
}

// maxPairs bounds the error's list.
const maxPairs = 20

func (e *DuplicateError) Error() string {
	lines := []string{fmt.Sprintf("%d document numbers stand in two rows", e.Count)}
	for _, p := range e.Pairs {
		lines = append(lines, fmt.Sprintf("%s: its %s number stands in an earlier row too (%s)", p.Second, p.Kind, p.First))
	}
	if more := e.Count - len(e.Pairs); more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(lines, "\n")
}

// duplicates finds equal tags, which lie side by side.
type duplicates struct {
	last  []byte
	found DuplicateError
}

func (d *duplicates) see(e plainEntry) {
	if len(d.last) > 0 && string(d.last[:TagSize]) == string(e.tag()) {
		d.found.Count++
		if len(d.found.Pairs) < maxPairs {
			d.found.Pairs = append(d.found.Pairs, Duplicate{Kind: e.kind(), First: plainEntry(d.last).origin(), Second: e.origin()})
		}
	}
	d.last = append(d.last[:0], e[:secretAt]...)
}

func (e plainEntry) origin() Origin {
	return Origin{Removed: e.typ() == entryTombstone, Declared: e.typ() == entryDeclared, Row: e.row()}
}

func (d *duplicates) err() error {
	if d.found.Count == 0 {
		return nil
	}
	return &d.found
}
