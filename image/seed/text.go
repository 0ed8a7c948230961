package seed

import (
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// sample is the file that every card has: all keys, explained, as comments.
//
//go:embed checkpoint.toml
var sample string

var (
	sampleKey  = regexp.MustCompile(`^# ([a-z_]+) = `)
	sampleHead = regexp.MustCompile(`^# \[([a-z]+)\]$`)
)

// Text is the file that says this, for somebody to put onto a card: the card's own
// with what is said here filled in, so that whoever opens it later finds every key
// explained.
func (s *Seed) Text() ([]byte, error) {
	b, err := toml.Marshal(s)
	if err != nil {
		return nil, err
	}
	said := saidBy(string(b))
	section, used := "", 0
	lines := strings.Split(sample, "\n")
	for i, line := range lines {
		if head := sampleHead.FindStringSubmatch(line); head != nil {
			if section = head[1] + "."; slices.ContainsFunc(said, func(p pair) bool { return strings.HasPrefix(p.key, section) }) {
				lines[i] = strings.TrimPrefix(line, "# ")
			}
			continue
		}
		key := sampleKey.FindStringSubmatch(line)
		if key == nil {
			continue
		}
		if at := slices.IndexFunc(said, func(p pair) bool { return p.key == section+key[1] }); at >= 0 {
			lines[i] = said[at].line
			said[at].key = "" // another sample of it stays a comment
			used++
		}
	}
	if used < len(said) {
		return nil, fmt.Errorf("%s explains %d of %d keys", File, used, len(said))
	}
	return []byte(strings.Join(lines, "\n")), nil
}

// pair is a line of a file and its key, behind that of its section.
type pair struct{ key, line string }

// saidBy are the lines of a file as the encoder writes it that say something.
func saidBy(text string) (list []pair) {
	section := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, isHead := strings.CutPrefix(line, "["); isHead {
			section = strings.TrimSuffix(name, "]") + "."
			continue
		}
		key, value, isPair := strings.Cut(line, " = ")
		if isPair && !slices.Contains([]string{`''`, "[]", "false"}, value) {
			list = append(list, pair{section + key, line})
		}
	}
	return list
}
