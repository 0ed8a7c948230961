package verify

import (
	"context"
	"log/slog"
	"time"

	"checkpoint"
	"checkpoint/verify/credential"
	"checkpoint/verify/policy"
)

// Register is the province's data seen as a lookup. Every answer is proven; an
// error means that there is none.
type Register interface {
	Lookup(checkpoint.Query) (checkpoint.Match, error)
	PersonKey(kind checkpoint.DocumentKind, number string) checkpoint.PersonKey
	CodeHash(payload []byte) []byte
}

// Data is one snapshot, ready for use.
type Data struct {
	Register Register
	Policy   *policy.Policy
	Number   uint64
	Created  time.Time
}

// Source hands out the snapshot in use. release must be called when the lookup
// has ended; Acquire gives nil while there is no snapshot.
type Source interface {
	Acquire() (data *Data, release func())
}

// Verifier implements [checkpoint.Verifier]. It is safe for several lanes.
type Verifier struct {
	Source Source
	Clock  checkpoint.Clock
	// Damaged is told when a lookup could not be proven; it may be nil. It
	// must not block.
	Damaged func(snapshot uint64, err error)
}

var _ checkpoint.Verifier = (*Verifier)(nil)

// Verify decides one scan.
func (v *Verifier) Verify(_ context.Context, s checkpoint.Scan, lane checkpoint.LaneInfo) checkpoint.Decision {
	now, trusted := v.Clock.Now()
	data, release := v.Source.Acquire()
	defer release()
	if s.Unreadable {
		return unread(data, checkpoint.CodeNotRead, checkpoint.FoundUnreadable, nil)
	}
	card := credential.Parse(s.Payload, now)
	if !card.Personal() {
		return notPersonal(data, s, &card)
	}
	if data == nil {
		return checkpoint.Decision{Verdict: checkpoint.Fault, Reason: checkpoint.NoData, Findings: []checkpoint.Finding{checkpoint.FoundNoData}, Credential: &card}
	}
	foreignLayout(s, &card)
	return v.person(data, s, &card, lane, now, trusted)
}

// person decides for somebody whose number was read.
func (v *Verifier) person(data *Data, s checkpoint.Scan, card *checkpoint.Credential, lane checkpoint.LaneInfo, now time.Time, trusted bool) checkpoint.Decision {
	number := filedUnder(card)
	match, err := data.Register.Lookup(checkpoint.Query{
		Kind: card.Kind, Number: number, Birth: card.Birth, NameFold: card.NameFold, Sex: printedSex(card), Issued: card.Issued,
	})
	d := checkpoint.Decision{Snapshot: data.Number, Policy: data.Policy.Number(), Credential: card}
	if err != nil {
		if v.Damaged != nil {
			v.Damaged(data.Number, err)
		} else {
			slog.Error("lookup not proven", "snapshot", data.Number, "error", err)
		}
		d.Verdict, d.Reason, d.Findings = checkpoint.Fault, checkpoint.DataDamaged, []checkpoint.Finding{checkpoint.FoundRegisterDamaged}
		return d
	}
	lettersMissing(s, card, &match)
	e := examine(card, match, lane, data, now)
	if !trusted {
		e.found(checkpoint.FoundClockUntrusted)
	}
	d.InData, d.Findings, d.Differs = match.Found, e.findings, e.differs
	d.Person = data.Register.PersonKey(card.Kind, number)
	d.RepeatFor = data.Policy.RepeatWindow(lane.SiteType)
	ruling := cautious(data.Policy.Decide(e.facts), e.facts, trusted)
	d.Verdict, d.Reason, d.Rule = ruling.Verdict, ruling.Reason, ruling.Rule
	d.Args = arguments(data, ruling, e.facts)
	return d
}

// insuranceDigits is how much of a health-card number stays with the person
// and is what the data is filed under: the code of 15 characters on older cards
// puts group, benefit level and province before it.
const insuranceDigits = 10

func filedUnder(card *checkpoint.Credential) string {
	if card.Kind == checkpoint.KindBHYT {
		return card.Number[max(0, len(card.Number)-insuranceDigits):]
	}
	return card.Number
}

// printedSex is the sex that the card itself gives. One read out of the number
// says nothing beyond the number, which the lookup has used already.
func printedSex(card *checkpoint.Credential) checkpoint.Sex {
	if card.Has(checkpoint.WarnSexDerived) {
		return 0
	}
	return card.Sex
}

// cautious takes back what no rule may say. Without trusted time no rule about
// days means anything: neither its green nor its red, a case may have ended and
// a dose had its fourteen days. A reported card is red at any time. Data beyond
// the policy's own limit admits nobody by itself.
func cautious(r policy.Ruling, f policy.Facts, trusted bool) policy.Ruling {
	switch {
	case !trusted && (r.Verdict == checkpoint.Admit || r.Verdict == checkpoint.Refuse && f.Card.Reported == ""):
		r.Verdict, r.Reason = checkpoint.Refer, checkpoint.ClockNotTrusted
	case r.Verdict == checkpoint.Admit && f.Data.Stale:
		r.Verdict, r.Reason = checkpoint.Refer, checkpoint.DataTooOld
	}
	return r
}

func arguments(data *Data, r policy.Ruling, f policy.Facts) map[string]string {
	return map[string]string{
		"time":    data.Created.Format(time.RFC3339),
		"age":     (time.Duration(f.Data.AgeHours * float64(time.Hour))).Truncate(time.Minute).String(),
		"phone":   data.Policy.DutyPhone(),
		"hotline": data.Policy.Hotline(),
		"rule":    r.Title,
	}
}

// notPersonal names what was shown. Such a code is never red, and nothing of
// it is kept but its kind and a keyed hash.
func notPersonal(data *Data, s checkpoint.Scan, card *checkpoint.Credential) checkpoint.Decision {
	if card.Err != "" || card.Format == checkpoint.FormatUnknown {
		d := unread(data, checkpoint.CodeNotRead, checkpoint.FoundUnreadable, s.Payload)
		d.Credential = &checkpoint.Credential{Format: card.Format, Err: card.Err}
		return d
	}
	d := unread(data, checkpoint.NotPersonal, checkpoint.FoundNotPersonal, s.Payload)
	d.Credential = &checkpoint.Credential{Format: card.Format, Host: card.Host}
	d.Args = map[string]string{"kind": string(card.Format)}
	return d
}

func unread(data *Data, r checkpoint.Reason, f checkpoint.Finding, payload []byte) checkpoint.Decision {
	d := checkpoint.Decision{Verdict: checkpoint.NotRead, Reason: r, Findings: []checkpoint.Finding{f}}
	if data == nil {
		return d
	}
	d.Snapshot, d.Policy = data.Number, data.Policy.Number()
	if payload != nil {
		d.CodeHash = data.Register.CodeHash(payload)
	}
	return d
}
