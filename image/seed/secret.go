package seed

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"unicode/utf16"
)

// secret is one value that does not stay on the FAT partition.
type secret struct {
	section, key string
	value        *string
}

// name is what the file calls it.
func (s secret) name() string { return strings.TrimPrefix(s.section+"."+s.key, ".") }

// secretsOf are the passwords, and the claim, whose token serves once.
func (s *Seed) secretsOf() []secret {
	return []secret{{"wifi", "password", &s.WiFi.Password}, {"proxy", "password", &s.Proxy.Password}, {"", "claim", &s.Claim}}
}

// taken tells that a secret was there, is kept, and has stars in its place.
func taken(value string) bool { return value != "" && strings.Trim(value, "*") == "" }

// starred tells also one of which a power cut left a piece behind the stars.
func starred(value string) bool {
	return strings.HasPrefix(value, "***") || strings.HasSuffix(value, "***")
}

// fill puts back the secrets that were taken from the file before.
func (s *Seed) fill(before *Seed) error {
	var faults Faults
	old := (&Seed{}).secretsOf()
	if before != nil {
		old = before.secretsOf()
	}
	for i, now := range s.secretsOf() {
		if !taken(*now.value) {
			continue
		}
		if *now.value = *old[i].value; *now.value == "" {
			faults.add(0, "%s: đã bị xoá khỏi tệp và máy này không giữ; viết lại", "%s: was taken out of the file, and this card has not kept it; write it again", now.name())
		}
	}
	return faults.orNil()
}

// secretValue is a secret with its quotes, in whatever section or table, and
// however it is written (Password, "password", spaces that do not break, three
// quotes); also in a comment, where somebody may have put it aside.
var secretValue = regexp.MustCompile(`(?i:password|claim)["']?[ \t\x{a0}\x{200b}\x{3000}]*=[ \t\x{a0}\x{200b}\x{3000}]*("""(?s:.*?)"{3,5}|'''(?s:.*?)'{3,5}|"(?:[^"\\\r\n]|\\.)*"|'[^'\r\n]*')`)

// Scrub puts stars over the secrets in the file, byte for byte where they
// stand: nothing is moved, so a power cut harms nothing but what was to go, and
// the old clusters hold no copy. It writes nothing when there is none. (What a
// card's own controller keeps aside nobody reaches but its maker.)
func Scrub(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	stars := starsOver(b)
	if bytes.Equal(stars, b) {
		return nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(stars, 0)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("remove secrets from %s: %w", path, err)
	}
	return nil
}

// starsOver is the file with stars in place of secrets, of the same length.
func starsOver(b []byte) []byte {
	b = bytes.Clone(b)
	if order := orderOf(b); order != nil { // UTF-16: the pattern is looked for in its text
		out := b[:2:2]
		for _, unit := range utf16.Encode([]rune(starred16(wide(b[2:], order)))) {
			out = order.AppendUint16(out, unit)
		}
		return append(out, b[len(out):]...) // half a unit at the end
	}
	return secretValue.ReplaceAllFunc(b, func(m []byte) []byte {
		from, to := inner(string(m))
		for i, c := range m[from:to] {
			if c != '\r' && c != '\n' {
				m[from+i] = '*'
			}
		}
		return m
	})
}

// inner is what stands between the quotes of a secret's line.
func inner(m string) (from, to int) {
	at := secretValue.FindStringSubmatchIndex(m)
	quotes := 1
	if value := m[at[2]:at[3]]; len(value) >= 6 && value[0] == value[1] && value[1] == value[2] {
		quotes = 3
	}
	return at[2] + quotes, at[3] - quotes
}

func starred16(text string) string {
	return secretValue.ReplaceAllStringFunc(text, func(m string) string {
		from, to := inner(m)
		return m[:from] + strings.Repeat("*", len(utf16.Encode([]rune(m[from:to])))) + m[to:]
	})
}
