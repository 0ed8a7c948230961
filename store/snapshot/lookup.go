package snapshot

import (
	"fmt"

	"checkpoint"
)

// Register is a snapshot seen as a lookup: its layers, newest first. It is
// safe for concurrent use until Close.
type Register struct {
	Manifest Manifest
	layers   []*Layer
	pepper   Pepper
	// ListFault is why the site's lists are not served: they did not come yet,
	// or are damaged. All else is.
	ListFault error
}

// Lookup answers a query. Every answer is proven; an error wraps ErrDamaged
// and means that there is no answer.
func (r *Register) Lookup(q checkpoint.Query) (checkpoint.Match, error) {
	m, err := r.search(q)
	if err != nil || m.alias == nil {
		if m.match.Opened {
			m.match.MainKind, m.match.Main = q.Kind, q.Number
		}
		return m.match, err
	}
	main := q
	main.Kind, main.Number = m.alias.Kind, m.alias.Number
	target, err := r.search(main)
	if err != nil {
		return checkpoint.Match{}, err
	}
	if target.alias != nil {
		return checkpoint.Match{}, fmt.Errorf("%w: alias of an alias", ErrDamaged)
	}
	target.match.Further, target.match.MainKind, target.match.Main = true, main.Kind, main.Number
	return target.match, nil
}

// Declared answers what was declared under the code of a mobility declaration;
// nil: it is not in the data. nameFold is compared with the name declared. As
// with Lookup every answer is proven.
func (r *Register) Declared(code, nameFold string) (*checkpoint.Declared, error) {
	f, err := r.search(checkpoint.Query{Kind: checkpoint.KindDeclared, Number: code, NameFold: nameFold})
	return f.declared, err
}

func (r *Register) search(q checkpoint.Query) (found, error) {
	s := newSecrets(r.pepper, r.Manifest.Stretch, q)
	for _, l := range r.layers {
		l.expect(s.tag)
	}
	for _, l := range r.layers {
		if l.site() != (q.Kind == checkpoint.KindListed) {
			continue
		}
		f, err := l.lookup(r.pepper, s)
		if err != nil || f.state == hit {
			return f, err
		}
		if f.state == hidden {
			break
		}
	}
	return found{}, nil
}

// PersonKey and CodeHash are keyed with the box's pepper.
func (r *Register) PersonKey(k checkpoint.DocumentKind, number string) checkpoint.PersonKey {
	return r.pepper.PersonKey(k, number)
}

// CodeHash names a code whose content must not be kept.
func (r *Register) CodeHash(payload []byte) []byte { return r.pepper.CodeHash(payload) }

// Close frees all layers. Lookups must have ended.
func (r *Register) Close() error {
	for _, l := range r.layers {
		l.Close()
	}
	return nil
}

type state uint8

const (
	missing state = iota // proven not to be in this layer
	hidden               // removed: older layers do not count
	hit
)

// found is what one layer says.
type found struct {
	state state
	match checkpoint.Match
	alias *checkpoint.Query // where the main record is

	declared *checkpoint.Declared
	listed   *checkpoint.Listed
}

// secrets makes the record's secret when it is first needed, and once for all
// layers: with a stretch it costs milliseconds.
type secrets struct {
	query     checkpoint.Query
	tag       Tag
	pepper    Pepper
	stretch   Stretch
	secret    []byte
	stretched []byte
}

func newSecrets(p Pepper, s Stretch, q checkpoint.Query) *secrets {
	return &secrets{query: q, tag: p.Tag(q.Kind, q.Number), pepper: p, stretch: s}
}

func (s *secrets) key(input Digest, t entryType) (Digest, error) {
	if s.stretched == nil {
		s.secret = s.pepper.secret(s.query.Kind, s.query.Number, s.query.Birth)
		var err error
		if s.stretched, err = s.stretch.apply(s.secret); err != nil {
			return Digest{}, err
		}
	}
	return sealKey(s.stretched, input, t), nil
}

func (l *Layer) lookup(p Pepper, s *secrets) (found, error) {
	t, body, ok, err := l.find(s.tag)
	if err != nil || !ok {
		return found{}, err
	}
	if t == entryTombstone {
		return found{state: hidden}, nil
	}
	key, err := s.key(l.ref.Header.Input, t)
	if err != nil {
		return found{}, err
	}
	plain, opened := unseal(key[:], body, s.tag)
	if !opened { // the number is in the data under other details: for a rule, not a fault
		return found{state: hit, match: checkpoint.Match{Found: true}}, nil
	}
	if t == entryDeclared {
		d, err := decodeDeclared(plain, s.secret, s.query.NameFold)
		return found{state: hit, declared: d}, err
	}
	if t == entryListed {
		who, err := decodeListed(plain)
		return found{state: hit, listed: who}, err
	}
	if t == entryAlias {
		kind, number, err := decodeAlias(plain)
		return found{state: hit, match: checkpoint.Match{Found: true}, alias: &checkpoint.Query{Kind: kind, Number: number}}, err
	}
	m, err := decodePerson(plain, s.secret, s.query)
	return found{state: hit, match: m}, err
}
