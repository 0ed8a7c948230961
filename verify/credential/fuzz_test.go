package credential

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"checkpoint"
)

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		card, card + card, "", "001090000011", "CCCD:" + card, strings.ReplaceAll(card, "|", "~"),
		"0123456789|4e6|29/03/1988|2|$", "******678|A|2001-**-**|0|1|1<2<3<4<5<6", "shc:/1/2/3",
		"%41%zz&#x41;", "HTTPS://[::1]:x/?groupId=1#a?b", `{"data":{"hdr":{"t":"icao.vacc"}}}`,
		"Bﾃｹi Huy Hi盻ハ", "Äáº·ng \xff", "]Q1CCCD:1", "1999-08-1999", "0001|||1990-08-1990||",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		before := string(payload)
		first := Read(payload, today)
		if again := Read([]byte(before), today); !reflect.DeepEqual(first, again) {
			t.Errorf("two readings differ:\n%+v\n%+v", first, again)
		}
		c := first.Credential
		if c.Err == "" && c.Number == "" && !impersonal(c.Format) {
			t.Errorf("%s without a number and without an error", c.Format)
		}
		if c.Err == "" && c.Kind == checkpoint.KindCCCD && (len(c.Number) != 12 || !allDigits(c.Number)) {
			t.Errorf("number %q as a 12-digit one", c.Number)
		}
		if hasHole(c.NameFold) {
			t.Errorf("a damaged name would be matched: %q", c.NameFold)
		}
		for _, s := range []string{c.FullName, c.Address, c.Number, c.Host, first.Content} {
			if !utf8.ValidString(s) {
				t.Errorf("%q is not valid UTF-8", s)
			}
		}
	})
}

func impersonal(f checkpoint.Format) bool {
	switch f {
	case checkpoint.FormatPlaceCode, checkpoint.FormatURL, checkpoint.FormatPayment, checkpoint.FormatBoxClaim, checkpoint.FormatDeclaration,
		checkpoint.FormatDCC, checkpoint.FormatSHC, checkpoint.FormatVDSNC, checkpoint.FormatUnknown:
		return true
	}
	return false
}

// FuzzLetters damages only the name of a good card: whatever arrives, the number
// and the birth date do not change.
func FuzzLetters(f *testing.F) {
	for _, name := range names {
		f.Add(name)
	}
	f.Add("Trn Th Bnh")
	f.Add("Ä? á»")
	f.Add("0196 0144 024301000012") // keys of a scanner that were not decoded
	f.Fuzz(func(t *testing.T, name string) {
		if len(name) > 1000 || strings.ContainsAny(name, "|%&-/") || hasEastAsian(name) {
			return
		}
		c := Parse([]byte("001090000011||"+name+"|15081990|Nam|Hue|10052021"), today)
		if c.Err != "" || c.Number != "001090000011" || c.Birth.String() != "1990-08-15" {
			t.Errorf("%q changed the card: %+v", name, c)
		}
	})
}
