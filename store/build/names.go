package build

import (
	"strings"

	"checkpoint/store/fold"
)

// folder folds names word by word and remembers the words: a people shares a
// few thousand of them, and folding is a tenth of a build.
type folder map[string]string

// maxWords bounds what a file of nonsense can make the folder remember.
const maxWords = 1 << 16

// name is what [fold.Name] gives: it never looks across a space.
func (f folder) name(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for word := range strings.FieldsSeq(s) {
		folded, ok := f[word]
		if !ok {
			folded = fold.Name(word)
			if len(f) == maxWords {
				clear(f)
			}
			f[strings.Clone(word)] = folded
		}
		if folded == "" {
			continue
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(folded)
	}
	return b.String()
}
