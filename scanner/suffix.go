package scanner

import "fmt"

// Suffix is what a scanner is set to send after each code.
type Suffix string

// The suffixes. CR, LF and CRLF are one and the same to a [Framer]: any of the
// two bytes ends a code and the empty frame between CR and LF is ignored, so
// that a scanner reset to another of the three keeps working. A TAB is then
// part of the code; under TAB, CR and LF are.
const (
	CR      Suffix = "CR"
	LF      Suffix = "LF"
	CRLF    Suffix = "CRLF"
	TAB     Suffix = "TAB"
	Silence Suffix = "silence" // nothing is sent: SilenceEnd without a byte ends a code
	AnyEnd  Suffix = "any"     // any of these, whichever comes first: for keyboard mode
)

// ParseSuffix reads a suffix as it is written in the configuration.
func ParseSuffix(s string) (Suffix, error) {
	switch x := Suffix(s); x {
	case CR, LF, CRLF, TAB, Silence, AnyEnd:
		return x, nil
	}
	return "", fmt.Errorf("unknown suffix %q: use CR, LF, CRLF, TAB, silence or any", s)
}

// UnmarshalText is [ParseSuffix] for configuration files.
func (s *Suffix) UnmarshalText(text []byte) (err error) {
	*s, err = ParseSuffix(string(text))
	return err
}

// Ends tells whether b ends a code.
func (s Suffix) Ends(b byte) bool {
	switch s {
	case CR, LF, CRLF:
		return b == '\r' || b == '\n'
	case TAB:
		return b == '\t'
	case AnyEnd:
		return b == '\r' || b == '\n' || b == '\t'
	}
	return false
}

// silent tells whether a pause ends a code, too.
func (s Suffix) silent() bool { return s == Silence || s == AnyEnd }
