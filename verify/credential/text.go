package credential

import (
	"html"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"checkpoint"
)

// text is a payload whose letters were put right, as far as they could be.
type text struct {
	s       string
	quality checkpoint.TextQuality
	guessed bool // by trying character sets: a wrong guess is unlikely, not impossible
	gaps    bool // letters are missing, and not each has left a hole
}

// repair undoes what other decoders do to Vietnamese letters: percent and HTML
// escapes, and UTF-8 read in another character set. It works on the whole
// payload, since a delimiter may have been swallowed with a letter.
func repair(s string) text {
	t := text{s: s}
	if plain := unescape(s); plain != s {
		t.s, t.quality = clean([]byte(plain)), checkpoint.TextRecovered
	}
	if fixed, lossy, cjk := rereadUTF8(t.s); fixed != "" {
		t.s, t.guessed, t.gaps = fixed, cjk && !lossy, cjk && lossy
		t.quality = checkpoint.TextRecovered
		if lossy {
			t.quality = checkpoint.TextRecoveredLossy
		}
	}
	t.s = norm.NFC.String(t.s)
	return t
}

// unescape undoes percent and HTML escapes; what is not wholly valid stays as it is.
func unescape(s string) string {
	if strings.Contains(s, "%") {
		decode := url.PathUnescape
		if !strings.Contains(s, " ") {
			decode = url.QueryUnescape // a form encodes spaces as +
		}
		if plain, err := decode(s); err == nil && utf8.ValidString(plain) {
			s = plain
		}
	}
	if strings.Contains(s, "&") && strings.Contains(s, ";") {
		s = html.UnescapeString(s)
	}
	return s
}
