package sample

import "checkpoint"

// cohortSize is how many people share one pattern of birthplaces, sexes and
// birth years. It is large enough that each year and province gets its share.
const cohortSize = 1 << 16

// Serials start here: no real office has counted that far.
const (
	firstSerial = 900000
	serials     = 1000000 - firstSerial
)

// slot is what the identity number of every person at one place of a cohort is
// made of. Share people of a cohort have the same first six digits; rank counts
// them. Person i of cohort c thus gets serial firstSerial + c*share + rank,
// which no other person with those six digits gets, without remembering anyone.
type slot struct {
	code      string // of birth registration
	sex       checkpoint.Sex
	birthYear int
	rank      int
	share     int
}

// prefix is the first six digits of an identity number, before they are printed.
type prefix struct {
	code      string
	sex       checkpoint.Sex
	birthYear int
}

func (s slot) prefix() prefix { return prefix{s.code, s.sex, s.birthYear} }

// ages is the age pyramid of 2024 in bands of five years from 0, per mille.
func ages() []int {
	return []int{76, 82, 80, 70, 68, 78, 87, 83, 74, 68, 60, 56, 46, 31, 18, 10, 6, 4, 2, 1}
}

// newCohort draws the slots. The first ones belong to the cast.
func newCohort(seed uint64, year int, cast []role) []slot {
	codes := fill(registrationShares())
	var bands []int
	for band, weight := range ages() {
		for range weight {
			bands = append(bands, band)
		}
	}
	slots := make([]slot, cohortSize)
	seen := make(map[prefix]int)
	for i := range slots {
		s := &slots[i]
		d := throw(seed, streamCohort, i)
		s.code, s.sex = codes.draw(&d), checkpoint.Male
		if d.chance(500) {
			s.sex = checkpoint.Female
		}
		s.birthYear = year - bands[d.below(len(bands))]*5 - d.below(5)
		if i < len(cast) {
			s.code, s.sex, s.birthYear = "001", cast[i].sex, year-cast[i].age
		}
		s.rank = seen[s.prefix()]
		seen[s.prefix()]++
	}
	for i := range slots {
		slots[i].share = seen[slots[i].prefix()]
	}
	return slots
}

// capacity is how many people the serials are enough for.
func capacity(slots []slot) int {
	most := 0
	for _, s := range slots {
		most = max(most, s.share)
	}
	return serials / most * cohortSize
}

// appendNumber writes the 12-digit number of the person at s in the given
// cohort: province or country, century and sex, year, serial (Decree
// 137/2015/ND-CP, article 13).
func (s slot) appendNumber(b []byte, cohort int) []byte {
	century := (s.birthYear/100 - 19) * 2
	if s.sex == checkpoint.Female {
		century++
	}
	b = append(b, s.code...)
	b = append(b, byte('0'+century))
	b = appendPadded(b, s.birthYear%100, 2)
	return appendPadded(b, firstSerial+cohort*s.share+s.rank, 6)
}

// appendPadded writes n in width digits.
func appendPadded(b []byte, n, width int) []byte {
	start := len(b)
	for range width {
		b = append(b, '0')
	}
	for at := len(b) - 1; at >= start; at-- {
		b[at] = byte('0' + n%10)
		n /= 10
	}
	return b
}
