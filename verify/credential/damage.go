package credential

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"checkpoint"
	"checkpoint/store/fold"
)

// judgeText tells what became of the letters on the way from the card, given
// whether letters were dropped without a trace or replaced in a field beside name
// and address. A name that lost letters is shown and never matched; an address
// that did is dropped. Each stands for itself: where a repair leaves a
// hole for every missing letter, a name without one was put right wholly.
func (p *Parsed) judgeText(dropped, otherHole bool) {
	nameHole, addressHole := hasHole(p.FullName), hasHole(p.Address)
	switch {
	case p.Text == checkpoint.TextRecoveredLossy:
		p.warn(checkpoint.WarnTextDamaged)
	case nameHole || addressHole || otherHole || dropped:
		p.Text = checkpoint.TextLost
		p.warn(checkpoint.WarnTextLost)
	}
	if addressHole || dropped {
		p.Address = ""
	}
	// Other scripts on a Vietnamese card are a decoder's work, not the holder's name.
	foreign := isForeignScript(p.FullName)
	if foreign {
		p.warn(checkpoint.WarnNonVietnameseText)
	}
	if !nameHole && !dropped && !foreign && !p.gaps {
		p.NameFold = fold.Name(p.FullName)
	}
}

// hasHole tells whether a letter was replaced by a sign that no name holds.
func hasHole(s string) bool { return strings.ContainsAny(s, "?\uFFFD") }

// isForeignScript: a letter that is not Latin. Vietnamese and the languages of
// Vietnam's peoples, as names on cards, are.
func isForeignScript(s string) bool {
	for _, r := range s {
		if r >= utf8.RuneSelf && unicode.IsLetter(r) && !unicode.Is(unicode.Latin, r) {
			return true
		}
	}
	return false
}

// lettersDropped tells whether a keyboard scanner typed nothing for letters
// beyond ASCII: Trần Thị Bình, Nữ → "Trn Th Bnh", "N". Names written without
// diacritics (Tran Thi Binh, Nu) exist on cards and are whole, so the sign looked
// for is a syllable without a vowel, which Vietnamese does not have. One such
// word in the name or two in the address are enough.
func lettersDropped(name, address, sexWord string) bool {
	if !isASCII(name) {
		return false
	}
	if strings.EqualFold(sexWord, "N") {
		return true
	}
	for word := range strings.FieldsSeq(name) {
		if isVowelless(word) {
			return true
		}
	}
	if !isASCII(address) {
		return false
	}
	words := 0
	for word := range strings.FieldsFuncSeq(address, func(r rune) bool { return strings.ContainsRune(" ,-/", r) }) {
		if isVowelless(word) && !isAbbreviation(word) {
			words++
		}
	}
	return words >= 2
}

// isVowelless tells whether an ASCII word is a syllable without its vowel. One
// letter is none: H and K, alone or before an apostrophe, are name particles of
// the highland peoples (H' Hen, K'Broi). Nor is a word with a digit or full stop.
func isVowelless(word string) bool {
	if i := strings.IndexByte(word, '\''); i >= 0 {
		word = word[i+1:]
	}
	return len(word) > 1 && !strings.ContainsAny(word, "aeiouyAEIOUY.0123456789")
}

// isAbbreviation: addresses hold Tp, TT, KDC, TDP, Ql: all capitals, or two letters
// that stand for two words.
func isAbbreviation(word string) bool {
	if word == strings.ToUpper(word) {
		return true
	}
	switch strings.ToLower(word) {
	case "tp", "tx", "tt", "kp", "ql", "tl", "dt", "ct", "cc", "nv":
		return true
	}
	return false
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
