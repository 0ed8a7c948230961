package credential

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const bom = '\uFEFF'

// clean makes valid UTF-8 of what a reader sent and takes off what readers add
// (BOM, NUL padding, terminators, outer spaces) and what nobody sees: marks that
// turn the direction of writing would have the guard read another name. It never takes off a delimiter:
// empty fields at the end are how a card's layout is recognised.
func clean(payload []byte) string {
	s := strings.ToValidUTF8(string(payload), "\uFFFD")
	s = strings.TrimFunc(s, isEdge)
	s = strings.TrimPrefix(s, "ï»¿") // a BOM that was read as CP1252
	if strings.IndexFunc(s, func(r rune) bool { return isNoise(r) || isHidden(r) }) < 0 {
		return s
	}
	s = strings.Map(func(r rune) rune {
		switch {
		case r == 0 || isHidden(r):
			return -1
		case isNoise(r):
			return ' '
		}
		return r
	}, s)
	return strings.TrimFunc(s, isEdge)
}

func isEdge(r rune) bool { return r == ' ' || isNoise(r) }

// isHidden: format characters, the BOM among them. Those below 0x100 stay: they
// may be bytes of a letter, too.
func isHidden(r rune) bool { return r > 0xFF && unicode.Is(unicode.Cf, r) }

// isNoise: control characters of readers. Those above 0x7F stay: they may be
// bytes of a letter that was read in the wrong character set.
func isNoise(r rune) bool { return r < ' ' || r == 0x7F || r == bom }

// stripPrefix takes off what some readers put before a code: the symbology
// identifier (]Q1, ISO/IEC 15424) or the name of the paper.
func stripPrefix(s string) (rest string, stripped bool) {
	if len(s) > 3 && s[0] == ']' && isLetter(s[1]) && isDigit(s[2]) {
		s, stripped = s[3:], true
	}
	label, after, found := strings.Cut(s, ":")
	if !found || !startsWithDigit(strings.TrimLeft(after, " ")) {
		return s, stripped
	}
	switch strings.ToUpper(strings.TrimSpace(label)) {
	case "CCCD", "CMND", "CC", "ID":
		return strings.TrimLeft(after, " "), true
	}
	return s, stripped
}

// delimiter finds what stands between the fields. A reader set to another
// keyboard layout than the host's types some other sign in place of |: it is
// the one right behind the leading number.
func delimiter(s string) string {
	if strings.Contains(s, "|") {
		return "|"
	}
	rest := strings.TrimLeft(s, "0123456789")
	if n := len(s) - len(rest); n >= 9 && n <= 13 && rest != "" {
		r, size := utf8.DecodeRuneInString(rest)
		sign := unicode.IsPunct(r) || unicode.IsSymbol(r)
		if sign && !strings.ContainsRune(",.-/()", r) && strings.Count(s, rest[:size]) >= 3 {
			return rest[:size]
		}
	}
	if strings.Contains(s, "~") {
		return "~"
	}
	return "|"
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { c |= 0x20; return c >= 'a' && c <= 'z' }

func startsWithDigit(s string) bool { return s != "" && isDigit(s[0]) }

// allDigits tells whether s is digits and nothing else, at least one.
func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
