package verify_test

import (
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/verify/declaration"
)

var update = flag.Bool("update", false, "write docs/decisions.md anew")

// state is what the data says of a person.
type state struct {
	name string
	life func(*life)
}

func states() []state {
	return []state{
		{"two doses", func(*life) {}},
		{"one dose", func(l *life) { l.doses = l.doses[:1] }},
		{"no dose", func(l *life) { l.doses = nil }},
		{"one dose, tested", func(l *life) { l.doses, l.tests = l.doses[:1], []input.Test{tested(input.TestRapid, false, 20)} }},
		{"exempt", func(l *life) { l.doses, l.Exempt = nil, true }},
		{"child", func(l *life) { l.doses, l.Birth, l.Number = nil, date("2015-05-04"), l.Number[:3]+"215"+l.Number[6:] }},
		{"recovered", func(l *life) { l.doses, l.status, l.from, l.until = nil, input.CaseRecovered, day(60), day(40) }},
		{"restricted", func(l *life) { l.status, l.from, l.until = input.CaseF1, day(3), checkpoint.Date{} }},
		{"restriction over", func(l *life) { l.status, l.from, l.until = input.CaseF1, day(30), day(16) }},
		{"card lost", func(l *life) { l.report, l.since = input.WithdrawnLost, day(1) }},
		{"newer card", func(l *life) { l.report, l.since, l.Issued = input.WithdrawnReplaced, day(1), day(1) }},
		{"other name", func(l *life) { l.FullName = "Trần Văn Bình" }},
		{"not in the data", nil},
	}
}

// showing is what somebody shows: one paper, or two that are scanned one after
// the other. Each is made by the person's own hand.
type showing struct {
	name  string
	paper []func(*office, life) string
	typed func(life) checkpoint.Typed // last, by the guard; nil: nothing
}

func chip(_ *office, l life) string {
	l.Issued = date("2022-03-15")
	return l.card().String()
}

func showings() []showing {
	one := func(name string, p func(*office, life) string) showing {
		return showing{name: name, paper: []func(*office, life) string{p}}
	}
	withCard := func(name string, p func(*office, life) string) showing {
		return showing{name: name + " and chip card", paper: []func(*office, life) string{p, chip}}
	}
	typed := func(l life) checkpoint.Typed {
		return checkpoint.Typed{Kind: checkpoint.KindCCCD, Number: l.Number, Birth: l.Birth}
	}
	return []showing{
		one("chip card", chip),
		one("Căn cước 2024", func(o *office, l life) string { return chip(o, l) + "||||" }),
		one("12-digit number alone", func(_ *office, l life) string { return l.Number }),
		one("old number alone", func(_ *office, l life) string { return l.OldNumbers[0] }),
		one("passport number alone", func(_ *office, l life) string { return l.Passport }),
		{name: "12-digit number and birth date, typed", typed: typed},
		{name: "old number and birth date, typed", typed: func(l life) checkpoint.Typed {
			return checkpoint.Typed{Kind: checkpoint.KindCMND, Number: l.OldNumbers[0], Birth: l.Birth}
		}},
		{name: "passport number and birth date, typed", typed: func(l life) checkpoint.Typed {
			return checkpoint.Typed{Kind: checkpoint.KindPassport, Number: l.Passport, Birth: l.Birth}
		}},
		{name: "12-digit number and another's birth date, typed", typed: func(l life) checkpoint.Typed {
			return checkpoint.Typed{Kind: checkpoint.KindCCCD, Number: l.Number, Birth: checkpoint.Date{Year: l.Birth.Year, Month: 2, Day: 3}}
		}},
		{name: "personal QR, hidden number, and number typed", paper: []func(*office, life) string{hidden}, typed: typed},
		one("health card of 17 fields", insurance17),
		one("health card of 15 fields", insurance15),
		one("VssID", func(_ *office, l life) string { return l.HealthCard + "|" + hex.EncodeToString([]byte(l.FullName)) }),
		withCard("health card of 17 fields", insurance17),
		withCard("VssID", func(_ *office, l life) string { return l.HealthCard + "|" + hex.EncodeToString([]byte(l.FullName)) }),
		one("personal QR, whole number", func(_ *office, l life) string { return personalQR("<1<")(l) }),
		one("personal QR, hidden number", hidden),
		withCard("personal QR, hidden number", hidden),
		{name: "vaccine passport, and passport number typed", paper: []func(*office, life) string{(*office).vaccinated}, typed: func(l life) checkpoint.Typed {
			return checkpoint.Typed{Kind: checkpoint.KindPassport, Number: l.Passport, Birth: l.Birth}
		}},
		{name: "signed declaration, and 12-digit number typed", paper: []func(*office, life) string{(*office).declares}, typed: typed},
		one("vaccine passport", (*office).vaccinated),
		withCard("vaccine passport", (*office).vaccinated),
		one("code of a declaration", (*office).coded),
		withCard("code of a declaration", (*office).coded),
		one("signed declaration", (*office).declares),
		withCard("signed declaration", (*office).declares),
		one("signed declaration, over", (*office).declared),
		withCard("signed declaration, over", (*office).declared),
		withCard("another's signed declaration", func(o *office, l life) string {
			l.Number, l.FullName = "001090990000", "Trần Văn Bình"
			return o.declares(l)
		}),
		withCard("another's health card", func(o *office, l life) string {
			l.HealthCard, l.FullName = "7900990000", "Trần Văn Bình"
			return insurance17(o, l)
		}),
	}
}

func hidden(_ *office, l life) string {
	return strings.Replace(personalQR("<1<")(l), l.Number[:6], "******", 1)
}

func insurance17(_ *office, l life) string {
	return strings.Join([]string{l.HealthCard, hex.EncodeToString([]byte(l.FullName)), slashed(l.Birth), "1", "-", "01-028", "01/01/2021", "-", "05/01/2021", "01", "-", "4", "01/01/2025", "abc", "4", hex.EncodeToString([]byte("BHXH")), "$"}, "|")
}

func insurance15(_ *office, l life) string {
	return strings.Join([]string{"GD401" + l.HealthCard, hex.EncodeToString([]byte(l.FullName)), slashed(l.Birth), "1", "-", "01-028", "01/01/2021", "-", "05/01/2021", "01", "-", "4", "01/01/2025", "abc", "$"}, "|")
}

func slashed(d checkpoint.Date) string { return fmt.Sprintf("%02d/%02d/%04d", d.Day, d.Month, d.Year) }

func (o *office) vaccinated(l life) string {
	draft := o.passport()
	content := draft.Claims[-260].(map[any]any)[1].(map[string]any)
	content["dob"], content["nam"] = l.Birth.String(), map[string]any{"fn": "Nguyen", "fnt": "NGUYEN", "gn": "Van An", "gnt": "VAN<AN"}
	return draft.Code()
}

// coded is the code of the national service, which the data has of whoever is
// in it.
func (o *office) coded(l life) string { return "TK-2025-" + l.Number[6:] }

func (o *office) declares(l life) string { return o.issue(l, today().Add(-time.Hour), 72*time.Hour) }
func (o *office) declared(l life) string { return o.issue(l, today().Add(-80*time.Hour), 72*time.Hour) }

func (o *office) issue(l life, at time.Time, good time.Duration) string {
	code, err := declaration.Issue(declaration.Declaration{
		Issuer: "mau", Issued: at, Expires: at.Add(good), Number: l.Number, Name: l.FullName, Birth: l.Birth, From: "00001", To: "10507",
	}, o.key)
	must(o.t, err)
	return code
}

// The decision for each paper and each state of its holder is a document that
// people read: it changes with the rules and never by accident.
func TestTheTableOfDecisions(t *testing.T) {
	o := newOffice(t)
	var known, all []life
	for i, s := range states() {
		l := person(1000 + i)
		l.OldNumbers, l.HealthCard, l.Passport = []string{fmt.Sprintf("91234%04d", i)}, fmt.Sprintf("790000%04d", i), fmt.Sprintf("C900%04d", i)
		if s.life != nil {
			s.life(&l)
			known = append(known, l)
		}
		l.FullName = person(0).FullName // as it stands on the papers
		all = append(all, l)
	}
	d := o.desk(t, known)
	var b strings.Builder
	b.WriteString(head)
	o.writePlace(d, &b, all)
	b.WriteString(atGateway)
	o.writePlace(d.at("gateway", checkpoint.In, communes(t, 2, 2)), &b, all)
	o.writeFaults(d, &b)
	if *update {
		must(t, os.WriteFile("../docs/decisions.md", []byte(b.String()), 0o644))
	}
	want, err := os.ReadFile("../docs/decisions.md")
	must(t, err)
	if b.String() != string(want) {
		t.Errorf("docs/decisions.md is not what the code and the sample policy decide; read what changed and write it anew: go test ./verify -run TheTable -update\n%s", b.String())
	}
}

// writePlace is what becomes of every paper in every state at one desk.
func (o *office) writePlace(d desk, b *strings.Builder, all []life) {
	b.WriteString("| shown |")
	for _, s := range states() {
		b.WriteString(" " + s.name + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(all)) + "\n")
	for _, shown := range showings() {
		b.WriteString("| " + shown.name + " |")
		for _, l := range all {
			b.WriteString(" " + string(o.decide(d, shown, l).Reason) + " |")
		}
		b.WriteString("\n")
	}
}

// decide shows the papers in both orders, which must end in one decision.
func (o *office) decide(d desk, shown showing, l life) checkpoint.Decision {
	var scans []checkpoint.Scan
	for _, paper := range shown.paper {
		scans = append(scans, checkpoint.Scan{Reader: "test", Payload: []byte(paper(o, l))})
	}
	if shown.typed != nil {
		t := shown.typed(l)
		scans = append(scans, checkpoint.Scan{Payload: []byte(t.Number), ByHand: &t})
	}
	if len(scans) == 1 {
		return d.scan(o.t, scans[0])
	}
	first, second := scans[0], scans[1]
	second.Before = &scans[0]
	got := d.scan(o.t, second)
	if shown.typed != nil {
		return got
	}
	first.Before = &scans[1]
	other := d.scan(o.t, first)
	if words(got) != words(other) || got.Person != other.Person || got.Credential.Number != other.Credential.Number {
		o.t.Errorf("%s: %s, the other way round %s", shown.name, words(got), words(other))
	}
	return got
}

// writeFaults is what becomes of signed papers and of the box's own state.
func (o *office) writeFaults(d desk, b *strings.Builder) {
	an := person(1000)
	an.HealthCard = "7900000000"
	stale, unsure, empty := d, d, d
	stale.data, stale.now = copied(d.data), d.now
	stale.data.Created = d.now.Add(-49 * time.Hour)
	unsure.trusted, empty.data = false, nil
	unlisted, old := d, d
	unlisted.data, old.data = copied(d.data), copied(d.data)
	unlisted.data.Trusted = nil
	old.now, old.data.Created = today().AddDate(0, 3, 0), today().AddDate(0, 3, 0)
	boxes := []struct {
		name string
		at   desk
	}{{"fresh data", d}, {"data of 49 hours", stale}, {"clock not trusted", unsure}, {"no trust list", unlisted}, {"trust list over", old}, {"no data", empty}}
	b.WriteString(middle)
	b.WriteString("| shown |")
	for _, box := range boxes {
		b.WriteString(" " + box.name + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(boxes)) + "\n")
	for _, p := range []struct{ name, payload string }{
		{"chip card", chip(o, an)}, {"vaccine passport", o.vaccinated(an)}, {"forged vaccine passport", o.forgedPassport()}, {"signed declaration", o.declares(an)},
		{"forged declaration", o.forged(an)}, {"declaration by another key", o.strange(an)}, {"code of a declaration", o.coded(an)},
		{"code like a declaration's that is not in the data", "TK-2025-999999"},
		{"SMART Health Card", "shc:/5676290952432060346029243740446031222959532654603460292540772804336028702864716745222809286461"},
		{"travel certificate (VDS-NC)", `{"data":{"hdr":{"is":"VNM","t":"icao.vacc","v":1},"msg":{"uvci":"U1"}},"sig":{"alg":"ES256","sigvl":"AA"}}`},
		{"bank's payment code", "00020101021138540010A00000072701240006970436011001234567890208QRIBFTTA53037045802VN63041234"},
		{"place code", "https://tokhaiyte.vn/?page=Group.checkin&groupId=1"}, {"something else", "5Kg gao ST25 | lo 0417"},
	} {
		b.WriteString("| " + p.name + " |")
		for _, box := range boxes {
			b.WriteString(" " + string(box.at.show(o.t, p.payload).Reason) + " |")
		}
		b.WriteString("\n")
	}
}

const head = `# Decisions

What the sample policy (verify/policy/hanoi-2021.toml) makes of each paper and each state of its
holder in the data. A test writes this file: ` + "`go test ./verify -run TheTable -update`" + `. The codes are those of
console/messages: G is green, A amber, R red, N grey. Two papers were scanned within 30 seconds, in either order.
Age of the data: six hours. Another policy decides otherwise. Who shows no code at all has a number typed, or fills in a paper form.

## At an office building

`

const atGateway = `
## Into a province by a gateway, from a yellow commune

`

const middle = `
## The box itself, for somebody with two doses

`
