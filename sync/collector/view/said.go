package view

import (
	"fmt"
	"strings"
)

// Said is an error in the words of who reads it: a page shows one language, a
// terminal both.
type Said struct{ Column }

// Error implements error.
func (s *Said) Error() string { return s.Vietnamese + " / " + s.English }

// Say is an error in both languages.
func Say(vietnamese, english string) error { return &Said{Column{vietnamese, english}} }

// Sayf is Say of two formats with the same arguments.
func Sayf(vietnamese, english string, args ...any) error {
	return Say(fmt.Sprintf(vietnamese, args...), fmt.Sprintf(english, args...))
}

// Words is what of an error was said for readers, in a language, "vi" or "en";
// empty: nothing.
func Words(err error, language string) string {
	switch x := err.(type) {
	case *Said:
		return x.In(language)
	case interface{ Unwrap() error }:
		return Words(x.Unwrap(), language)
	case interface{ Unwrap() []error }:
		var all []string
		for _, e := range x.Unwrap() {
			if words := Words(e, language); words != "" {
				all = append(all, words)
			}
		}
		return strings.Join(all, "; ")
	}
	return ""
}
