// Package fold makes names comparable. The province's builder and the box's
// verifier both use it, so the two can never disagree about what is the same
// name. It promises: the same input folds to the same output in every version
// of this product, since digests of folded names are in signed snapshots.
package fold

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Name folds a name for matching (docs/formats.md): canonical decomposition,
// marks dropped, đ Đ Ð to D, upper case, apostrophes dropped, white space
// collapsed to single spaces. Different spellings (MỸ, MĨ) stay different.
func Name(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’', r == 'ʼ':
			continue
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case r == 'đ' || r == 'Đ' || r == 'Ð' || r == 'ð':
			r = 'D'
		default:
			r = unicode.ToUpper(r)
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
