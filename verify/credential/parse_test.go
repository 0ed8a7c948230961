package credential

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"checkpoint"
)

const card = "001090000011|012345678|Nguyễn Văn An|15081990|Nam|Số 7, Ngõ 12, Phúc Xá, Ba Đình, Hà Nội|10052021"

func TestLengthBound(t *testing.T) {
	longest := bytes.Repeat([]byte("A"), checkpoint.MaxPayloadSize)
	if c := Parse(longest, today); c.Err != "" {
		t.Errorf("a code of the greatest size: %s", c.Err)
	}
	if c := Parse(append(longest, 'A'), today); c.Err != checkpoint.ErrTooLong {
		t.Errorf("one byte more: %q", c.Err)
	}
}

func TestInvalidUTF8KeepsTheNumber(t *testing.T) {
	c := Parse([]byte(strings.ReplaceAll(card, "ễ", "\xE1\xBB")), today)
	if c.Number != "001090000011" || c.Birth != (checkpoint.Date{Year: 1990, Month: 8, Day: 15}) {
		t.Errorf("number and birth date must survive: %+v", c)
	}
	if c.NameFold != "" || c.Text != checkpoint.TextLost {
		t.Errorf("a name with a missing letter must not be matched: %+v", c)
	}
}

// TestNoCutIsAnotherPerson cuts a card at every byte: a burst that breaks off
// must never pass as a card, and never as a bare number of somebody else.
func TestNoCutIsAnotherPerson(t *testing.T) {
	for n := range len(card) {
		c := Parse([]byte(card[:n]), today)
		if c.Personal() && c.Number != "001090000011" && c.Format != checkpoint.FormatNumberOnly {
			t.Errorf("cut at %d: %q", n, c.Number)
		}
		if c.Personal() && c.Format == checkpoint.FormatCCCD2021 && n < strings.LastIndex(card, "|") {
			t.Errorf("cut at %d passes as a whole card", n)
		}
	}
}

// TestHalfCodeIsNeverCompleted glues every beginning of one card to another.
func TestHalfCodeIsNeverCompleted(t *testing.T) {
	const other = "024301000012||Trần Thị Bình|02032001|Nữ|Bắc Giang|25062021"
	for n := 1; n <= len(card); n++ {
		c := Parse([]byte(card[:n]+other), today)
		if c.Personal() {
			t.Errorf("%d bytes of one card and another make a person: %+v", n, c)
		}
	}
}

func TestBirthToday(t *testing.T) {
	newborn := []byte("001226000011||Trần An|21112026|Nam|Hà Nội|21112026")
	hanoi := time.FixedZone("ICT", 7*3600)
	if c := Parse(newborn, time.Date(2026, 11, 21, 0, 30, 0, 0, hanoi)); c.Has(checkpoint.WarnBirthInFuture) {
		t.Error("born today is not in the future")
	}
	if c := Parse(newborn, time.Date(2026, 11, 20, 23, 30, 0, 0, hanoi)); !c.Has(checkpoint.WarnBirthInFuture) {
		t.Error("born tomorrow is")
	}
}

// The list of codes is law; a lost line would make honest people suspect.
func TestCodesComplete(t *testing.T) {
	provinces, countries := 0, 0
	for code := range 1000 {
		digits := string([]byte{byte('0' + code/100), byte('0' + code/10%10), byte('0' + code%10)})
		if placeOf(digits) == "" {
			continue
		}
		switch {
		case code >= 1 && code <= 96:
			provinces++
		case code >= 101 && code <= 295:
			countries++
		default:
			t.Errorf("code %s has a name", digits)
		}
	}
	if provinces != 63 || countries != 195 {
		t.Errorf("%d provinces and %d countries, want 63 and 195", provinces, countries)
	}
	for code, want := range map[string]string{"001": "Hà Nội", "024": "Bắc Giang", "091": "Kiên Giang", "295": "Zimbabwe (Dim-ba-bu-ê)"} {
		if got := placeOf(code); got != want {
			t.Errorf("%s is %q, want %q", code, got, want)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	cards := map[string]string{
		"card":     card,
		"cancuoc":  "026099000031||Lý Quốc Bảo|30121999|Nam|Thôn Giữa, Đại Tự, Yên Lạc, Vĩnh Phúc|01082024||||",
		"mojibake": "001090000042||TrÆ°Æ¡ng VÄƒn HÆ°ng|15081990|Nam|HÃ\u00a0 Ná»™i|10052021",
		"unknown":  strings.Repeat("盻ﾃ", 600),
	}
	for name, payload := range cards {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Parse([]byte(payload), today)
			}
		})
	}
}
