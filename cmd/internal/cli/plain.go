package cli

import (
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain writes to a terminal what may come from somebody else's file. Control
// characters can drive a terminal, and bidirectional ones (Unicode Standard
// Annex 9) make a line read as another: what is no graphic character, line end
// or tab is shown as Go quotes it, such as \x1b. Each Write must end where a
// character does.
func Plain(w io.Writer) io.Writer { return plain{w} }

type plain struct{ w io.Writer }

func (p plain) Write(b []byte) (int, error) {
	if _, err := io.WriteString(p.w, escape(string(b))); err != nil {
		return 0, err
	}
	return len(b), nil
}

func escape(text string) string {
	var out strings.Builder
	for i, size := 0, 0; i < len(text); i += size {
		var r rune
		r, size = utf8.DecodeRuneInString(text[i:])
		one := text[i : i+size]
		broken := r == utf8.RuneError && size == 1
		if r == '\n' || r == '\t' || unicode.IsGraphic(r) && !broken {
			out.WriteString(one)
			continue
		}
		quoted := strconv.QuoteToASCII(one)
		out.WriteString(quoted[1 : len(quoted)-1])
	}
	return out.String()
}
