package verify_test

import (
	"bytes"
	"compress/zlib"
	"runtime"
	"strings"
	"testing"

	"checkpoint"
	"checkpoint/verify/internal/cose"
	"checkpoint/verify/trust"
)

// packed is bytes as a passport carries them.
func packed(t *testing.T, message []byte) string {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(message); err != nil {
		t.Fatal(err)
	}
	must(t, z.Close())
	return "HC1:" + cose.EncodeBase45(b.Bytes())
}

// Whoever makes codes to hurt the box gets grey, at once and for little memory:
// never green, never red, and nothing of the code in the decision.
func TestCodesThatAreMadeToHurt(t *testing.T) {
	o := newOffice(t)
	d := o.desk(t, []life{person(1)})
	d.show(t, person(1).card().String()) // whatever is made once, is made
	deep := func(b byte) []byte { return bytes.Repeat([]byte{b}, 1800) }
	for name, payload := range map[string]string{
		"a bomb":                     packed(t, make([]byte, 2<<20)),
		"a bomb in two streams":      packed(t, make([]byte, 1<<20)) + packed(t, make([]byte, 1<<20))[4:],
		"arrays in arrays, packed":   packed(t, deep(0x81)),
		"arrays in arrays":           "CHK1:" + cose.EncodeBase45(deep(0x81)),
		"endless arrays in arrays":   "CHK1:" + cose.EncodeBase45(deep(0x9f)),
		"endless maps, packed":       packed(t, deep(0xbf)),
		"tags of tags":               "CHK1:" + cose.EncodeBase45(deep(0xc6)),
		"an array of 2^64":           "CHK1:" + cose.EncodeBase45([]byte{0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}),
		"a string of 2^63, packed":   packed(t, []byte{0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}),
		"a message of huge parts":    "CHK1:" + cose.EncodeBase45([]byte{0xd2, 0x84, 0x5a, 0xff, 0xff, 0xff, 0xff}),
		"base45 without an end":      "HC1:" + strings.Repeat("9", checkpoint.MaxPayloadSize-4),
		"base45 that overflows":      "HC1:" + strings.Repeat(":::", 1000),
		"base45 of 15 KB":            "CHK1:" + strings.Repeat("BB8", 5_000),
		"fields without an end":      strings.Repeat("|", checkpoint.MaxPayloadSize),
		"a number and bars for ever": "001090000011" + strings.Repeat("|1", 2000),
		"JSON in JSON":               strings.Repeat(`{"data":`, 500),
		"a passport in a passport":   packed(t, []byte(packed(t, deep(0x81)))),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got := d.show(t, payload)
		runtime.ReadMemStats(&after)
		if got.Verdict != checkpoint.NotRead {
			t.Errorf("%s: %s", name, words(got))
		}
		if spent := after.TotalAlloc - before.TotalAlloc; spent > 4<<20 {
			t.Errorf("%s: %d bytes of memory", name, spent)
		}
		if c := got.Credential; c.Number != "" || c.FullName != "" {
			t.Errorf("%s: the decision holds %q", name, c.Number+c.FullName)
		}
	}
}

// A declaration opens nothing for another person than its own, nor once its key was
// taken off the list, however the two papers follow each other; a passport opens
// nothing for a name that only looks like its holder's.
func TestPapersOfOthersOpenNothing(t *testing.T) {
	o := newOffice(t)
	an, binh, stranger, other, namesake := person(1), person(2), person(3), person(4), person(5)
	binh.FullName, other.FullName = "Trần Văn Bình", "Lê Thị Chi"
	d := o.desk(t, []life{an, binh}).at("gateway", checkpoint.In, communes(t, 2, 2))
	revoked := d
	revoked.data = copied(d.data)
	b, err := trust.Encode([][]byte{o.listed.Certificate}, nil, today().AddDate(0, 2, 0))
	must(t, err)
	revoked.data.Trusted, err = trust.Parse(b)
	must(t, err)
	passport := func(surname, forename string) string {
		draft := o.passport()
		content := draft.Claims[-260].(map[any]any)[1].(map[string]any)
		content["dob"] = "1990-08-15"
		content["nam"] = map[string]any{"fn": surname, "fnt": "X", "gn": forename, "gnt": "Y"}
		return draft.Code()
	}
	for name, c := range map[string]struct {
		at            desk
		first, second string
		admitted      bool
	}{
		"his own declaration":                 {d, o.declares(stranger), stranger.card().String(), true},
		"the card first":                      {d, stranger.card().String(), o.declares(stranger), true},
		"another stranger's, replayed":        {d, o.declares(other), stranger.card().String(), false},
		"another's, the card first":           {d, stranger.card().String(), o.declares(other), false},
		"a namesake's of the same day":        {d, o.declares(namesake), stranger.card().String(), false},
		"one that the data knows":             {d, o.declares(an), stranger.card().String(), false},
		"a known person's code":               {d, o.coded(an), stranger.card().String(), false},
		"his own, over":                       {d, o.declared(stranger), stranger.card().String(), false},
		"his own, changed":                    {d, o.forged(stranger), stranger.card().String(), false},
		"his own, by a key on no list":        {d, o.strange(stranger), stranger.card().String(), false},
		"his own, its key taken off the list": {revoked, o.declares(stranger), stranger.card().String(), false},
		"his own twice":                       {d, o.declares(stranger), o.declares(stranger), false},
		"another's number in his own name":    {d, o.declares(renamed(other, stranger.FullName)), stranger.card().String(), false},
		"a passport":                          {d, passport("Nguyễn", "Văn An"), stranger.card().String(), true},
		"a passport with a Cyrillic letter":   {d, passport("Nguyễn", "Văn Аn"), stranger.card().String(), false},
		"a passport with a Greek letter":      {d, passport("Νguyễn", "Văn An"), stranger.card().String(), false},
		"a passport with a wide letter":       {d, passport("Nguyễn", "Văn Ａn"), stranger.card().String(), false},
		"a passport whose names turn round":   {d, passport("Nguyễn", "Văn \u202enA"), stranger.card().String(), false},
		"a passport with half of the name":    {d, passport("Nguyễn", "An"), stranger.card().String(), false},
		"a passport with more than the name":  {d, passport("Nguyễn", "Văn An Bình"), stranger.card().String(), false},
		"a passport that says nothing of him": {d, passport("", "'"), stranger.card().String(), false},
	} {
		got := c.at.scan(t, checkpoint.Scan{Reader: "test", Payload: []byte(c.second), Before: &checkpoint.Scan{Payload: []byte(c.first)}})
		if (got.Verdict == checkpoint.Admit) != c.admitted {
			t.Errorf("%s: %s", name, words(got))
		}
	}
}

func renamed(l life, name string) life {
	l.FullName = name
	return l
}
