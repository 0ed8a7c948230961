package verify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/verify/dcc/dcctest"
	"checkpoint/verify/policy"
	"checkpoint/verify/trust"
)

// offices are the signers that a list of two months names, and one that it
// does not.
type offices struct {
	listed, stranger *dcctest.Signer
	list             *trust.List
}

func newOffices(t testing.TB) offices {
	t.Helper()
	from, until := today().AddDate(-1, 0, 0), today().AddDate(1, 0, 0)
	o := offices{listed: dcctest.NewSigner(from, until), stranger: dcctest.NewSigner(from, until)}
	b, err := trust.Encode([][]byte{o.listed.Certificate}, nil, today().AddDate(0, 2, 0))
	must(t, err)
	o.list, err = trust.Parse(b)
	must(t, err)
	return o
}

func (o offices) passport() *dcctest.Draft {
	content := dcctest.Vaccination("Nguyen", "Van An", "1990-08-15")
	content["v"].([]any)[0].(map[string]any)["dt"] = day(30).String()
	return o.listed.Draft(content, today().AddDate(0, -1, 0), today().AddDate(0, 6, 0))
}

// passportDesk is a desk whose snapshot carries the list.
func passportDesk(t testing.TB, list *trust.List) desk {
	d := newProvince(t, source([]life{person(1)})).desk(today(), sixHours)
	d.data.Trusted = list
	return d
}

// Whatever is wrong with a passport has its own words, and only a listed
// signer's wrong signature is red.
func TestPassportsAtTheLane(t *testing.T) {
	o := newOffices(t)
	d := passportDesk(t, o.list)
	later, none, unsure, empty := d, d, d, d
	later.data, none.data, empty.data = copied(d.data), copied(d.data), nil
	later.now, later.data.Created = today().AddDate(0, 3, 0), today().AddDate(0, 3, 0)
	none.data.Trusted = nil
	unsure.trusted = false
	good := o.passport().Code()
	stranger := o.passport()
	stranger.Signer, stranger.Protected[4] = o.stranger, o.stranger.KeyID()
	forged := o.passport()
	forged.Signer = o.stranger
	expired := o.passport()
	expired.Claims[4] = today().Unix() - 1
	odd := o.passport()
	delete(odd.Claims[-260].(map[any]any)[1].(map[string]any), "nam")
	for name, c := range map[string]struct {
		at      desk
		payload string
		want    string
	}{
		"good":                             {d, good, "refer A09 passport-alone [NUMBER_MISSING] []"},
		"as a reader sends it":             {d, "\uFEFF]Q1" + good + "\r\n", "refer A09 passport-alone [NUMBER_MISSING] []"},
		"signed by a stranger":             {d, stranger.Code(), "refer A16 - [SIGNER_UNKNOWN] []"},
		"signed in a listed office's name": {d, forged.Code(), "refuse R04 - [SIGNATURE_WRONG] []"},
		"expired":                          {d, expired.Code(), "refer A16 - [CODE_EXPIRED] []"},
		"signed nonsense":                  {d, odd.Code(), "refer A16 - [CODE_INVALID] []"},
		"cut short":                        {d, good[:len(good)-30], "not read N01 - [UNREADABLE] []"},
		"the list is old":                  {later, good, "refer A16 - [TRUST_LIST_OLD] []"},
		"old list, stranger":               {later, stranger.Code(), "refer A16 - [SIGNER_UNKNOWN TRUST_LIST_OLD] []"},
		"no list":                          {none, good, "refer A16 - [SIGNER_UNKNOWN TRUST_LIST_OLD] []"},
		"clock not trusted":                {unsure, good, "refer A09 passport-alone [NUMBER_MISSING CLOCK_UNTRUSTED] []"},
		"clock not trusted, forged":        {unsure, forged.Code(), "refuse R04 - [SIGNATURE_WRONG] []"},
		"no data":                          {empty, good, "fault N05 - [NO_DATA] []"},
	} {
		got := c.at.show(t, c.payload)
		if words(got) != c.want {
			t.Errorf("%s: got %s, want %s", name, words(got), c.want)
		}
		if got.Credential == nil || got.Credential.Format != checkpoint.FormatDCC {
			t.Errorf("%s: nobody is told what was shown: %+v", name, got.Credential)
		}
		if proven := strings.Contains(c.want, "NUMBER_MISSING"); (got.Credential.FullName != "") != proven {
			t.Errorf("%s: the screen shows the name %q", name, got.Credential.FullName)
		}
		if c.at.data != nil && len(got.CodeHash) == 0 {
			t.Errorf("%s: no keyed hash for the record", name)
		}
		if old := strings.Contains(c.want, "TRUST_LIST_OLD") && c.at.data.Trusted != nil; old != (got.Args["listed"] != "") {
			t.Errorf("%s: the guard is told of a list until %q", name, got.Args["listed"])
		}
	}
}

func copied[T any](v *T) *T { c := *v; return &c }

// A rule may be about passports, and one that was not meant for them never
// turns anybody back.
func TestRulesAboutPassports(t *testing.T) {
	o := newOffices(t)
	for when, want := range map[string]string{
		`passport.shown && passport.kind == "v" && passport.dose >= passport.course && passport.days >= 14`: "admit G1 the-rule [NUMBER_MISSING] []",
		`passport.days == 30 && card.age == 34`:                                    "admit G1 the-rule [NUMBER_MISSING] []",
		`passport.kind == "t" || passport.negative || person.found || card.agrees`: "refer A09 otherwise [NUMBER_MISSING] []",
	} {
		d := passportDesk(t, o.list)
		rules, err := policy.Parse([]byte(strings.ReplaceAll(rulesAround, "WHEN", when)))
		must(t, err)
		d.data = copied(d.data)
		d.data.Policy = rules
		if got := words(d.show(t, o.passport().Code())); got != want {
			t.Errorf("%s: got %s, want %s", when, got, want)
		}
		d.trusted = false
		if got := d.show(t, o.passport().Code()); got.Verdict == checkpoint.Admit {
			t.Errorf("%s: green without trusted time", when)
		}
	}
}

const rulesAround = `
format = 1
name = "a gateway"
number = 1
hotline = "1"
duty_phone = "2"
[limits]
fresh_hours = 24
no_green_hours = 48
[[rule]]
id = "the-rule"
when = 'WHEN'
verdict = "admit"
reason = "G1"
[[rule]]
id = "otherwise"
when = 'true'
verdict = "refuse"
reason = "R05"
title = "x"
[[test]]
name = "somebody is turned back"
given = { passport = { shown = false }, person = { found = false }, card = { agrees = false } }
verdict = "refuse"
`

// A birth date of which the day is not known is told as what is known.
func TestPartsOfABirthDate(t *testing.T) {
	o := newOffices(t)
	d := passportDesk(t, o.list)
	for written, want := range map[string]string{"1990-08-15": "1990-08-15", "1990-08": "1990-08", "1990-00-00": "1990", "1990-08-00": "1990-08", "1990-02-31": "", "": ""} {
		draft := o.passport()
		draft.Claims[-260].(map[any]any)[1].(map[string]any)["dob"] = written
		got := d.show(t, draft.Code())
		if got.Credential.Birth.String() != want || got.Credential.FullName != "Nguyen Van An" {
			t.Errorf("%q: got %v of %s, want %q", written, got.Credential.Birth, got.Credential.FullName, want)
		}
		if missing := slices.Contains(got.Findings, checkpoint.FoundBirthMissing); missing != (want == "") {
			t.Errorf("%q: findings %v", written, got.Findings)
		}
	}
}

// A passport costs one signature more than a card; p99 is to stay below 5 ms.
func BenchmarkVerifyPassport(b *testing.B) {
	o := newOffices(b)
	d := passportDesk(b, o.list)
	code := o.passport().Code()
	var took []time.Duration
	for b.Loop() {
		started := time.Now()
		d.show(b, code)
		took = append(took, time.Since(started))
	}
	reportQuantiles(b, took)
}
