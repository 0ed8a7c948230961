package check

import (
	"hash/maphash"

	"checkpoint"
	"checkpoint/store/fold"
)

// sighting is one thing that one row says of one key. Sorted, all that is said
// of a key comes together, by role, then file, then line.
//
//	key    space 8 bits | document number, exactly, or digest of a code 56 bits
//	value  role 4 bits | file 6 bits | line 30 bits | extra 24 bits
type sighting struct{ key, value uint64 }

// The roles of a row, in the order they are judged: what is compared with comes
// before what is compared.
const (
	rolePerson = iota + 1 // the number is a person's main one; extra: day of birth
	rolePaper             // the number is a person's further one; extra: day of birth
	roleName              // extra: digest of that person's folded name
	roleEvent             // a dose, test or case; extra: its day
	roleReport            // a withdrawn document
	roleNamed             // another file's name; extra: digest of it folded
	roleCode              // of a declaration
	roleSite              // of the sites file
	roleAtSite            // of staff or visitors
	roleStaff             // somebody on a site's staff
)

const (
	extraBits = 24
	lineBits  = 30
	fileBits  = 6
	maxLine   = 1<<lineBits - 1
)

// spot is a row: file by its place in Options, line from 1. Zero is no row.
type spot struct{ file, line int }

func (s sighting) role() int     { return int(s.value >> (fileBits + lineBits + extraBits)) }
func (s sighting) extra() uint32 { return uint32(s.value & (1<<extraBits - 1)) }
func (s sighting) spot() spot {
	at := s.value >> extraBits
	return spot{file: int(at >> lineBits & (1<<fileBits - 1)), line: int(at & maxLine)}
}

// see notes what the row being read says of key. Rows beyond line 10^9 share
// the last number there is.
func (c *checker) see(key uint64, role int, extra uint32) {
	value := uint64(role)<<fileBits | uint64(c.file)
	value = value<<lineBits | uint64(min(c.reader.Line, maxLine))
	c.pile.add(sighting{key, value<<extraBits | uint64(extra)})
}

// The spaces of keys. Numbers that look alike are one number: the builder files
// a dose under twelve digits with whoever has them, as present or as old number.
const (
	spaceNumber = iota + 1 // identity cards and passports
	spaceHealth
	spaceCode
	spaceSite
	spaceStaff
)

func inSpace(space int, value uint64) uint64 {
	return uint64(space)<<56 | value&(1<<56-1)
}

// numberKey is a document number of a shape that input.KindOf knows: up to two
// letters, up to twelve digits. Different numbers have different keys.
func numberKey(number string) uint64 {
	letters, value, digits := uint64(0), uint64(0), uint64(0)
	for i := range len(number) {
		if b := number[i]; b >= 'A' {
			letters = letters*27 + uint64(b-'A'+1) // at most 26*27+26
		} else {
			value, digits = value*10+uint64(b-'0'), digits+1
		}
	}
	return inSpace(spaceNumber, letters<<44|digits<<40|value) // a value below 10^12 has 40 bits
}

func healthKey(number string) uint64 {
	return inSpace(spaceHealth, numberKey(number))
}

// wordKey is a digest of a code or a site's id. Two of a million share one with
// a chance of 1 in 140,000.
func (c *checker) wordKey(space int, word string) uint64 {
	return inSpace(space, maphash.String(c.seed, word))
}

// nameMark is a digest of a folded name, never 0. Two names share one with a
// chance of 1 in 16 million: then a difference is missed, never invented.
func (c *checker) nameMark(name string) uint32 {
	return uint32(maphash.String(c.seed, fold.Name(name))) & (1<<extraBits - 1)
}

// dayMark orders days by the first that a date can mean; 0 is no day. It fits
// the extra: no input is before 1850, or of 2200 or later.
func dayMark(d checkpoint.Date) uint32 {
	if d.IsZero() {
		return 0
	}
	return uint32(max(d.Year-1850, 0)<<9 | max(d.Month, 1)<<5 | max(d.Day, 1))
}

// documentKey is the key of a document by kind.
func documentKey(kind checkpoint.DocumentKind, number string) uint64 {
	if kind == checkpoint.KindBHYT {
		return healthKey(number)
	}
	return numberKey(number)
}
