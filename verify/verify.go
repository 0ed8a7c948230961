package verify

import (
	"context"
	"log/slog"
	"time"

	"checkpoint"
	"checkpoint/verify/credential"
	"checkpoint/verify/policy"
	"checkpoint/verify/trust"
	"checkpoint/verify/zones"
)

// Register is the province's data seen as a lookup. Every answer is proven; an
// error means that there is none.
type Register interface {
	Lookup(checkpoint.Query) (checkpoint.Match, error)
	// Declared gives nil for a code that is not in the data.
	Declared(code, nameFold string) (*checkpoint.Declared, error)
	// Listed gives nil for who is not on the lists of the box's site; HasList
	// tells whether there are any.
	Listed(key string) (*checkpoint.Listed, error)
	HasList() bool
	PersonKey(kind checkpoint.DocumentKind, number string) checkpoint.PersonKey
	CodeHash(payload []byte) []byte
}

// Data is one snapshot, ready for use.
type Data struct {
	Register Register
	Policy   *policy.Policy
	Number   uint64
	Created  time.Time
	// Trusted says whose signed papers are believed; nil: nobody's.
	Trusted *trust.List
	// Zones are the levels of communes; nil: none is known.
	Zones *zones.Table
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

// Verify decides one scan, together with the paper before it if the lane says
// that there was one.
func (v *Verifier) Verify(_ context.Context, s checkpoint.Scan, lane checkpoint.LaneInfo) checkpoint.Decision {
	now, trusted := v.Clock.Now()
	data, release := v.Source.Acquire()
	defer release()
	if s.Unreadable {
		return unread(data, checkpoint.CodeNotRead, checkpoint.FoundUnreadable, nil)
	}
	l := &look{v: v, data: data, scan: s, lane: lane, now: now, trusted: trusted}
	return l.decide()
}

// Personal tells whether a code is of a kind that people show, and whole.
func (v *Verifier) Personal(payload []byte) bool {
	now, _ := v.Clock.Now()
	card := credential.Parse(payload, now)
	return card.Format == checkpoint.FormatDCC || card.Format == checkpoint.FormatDeclaration || card.Personal()
}

// look is one decision in the making.
type look struct {
	v       *Verifier
	data    *Data // nil: none is loaded
	scan    checkpoint.Scan
	lane    checkpoint.LaneInfo
	now     time.Time
	trusted bool
}

// decide reads the papers and finds out who the decision is about: the holder
// of the better one, see [rank].
func (l *look) decide() checkpoint.Decision {
	if l.scan.Form != nil {
		return l.form(l.scan.Form)
	}
	shown, err := l.read(&l.scan)
	if err != nil {
		return l.damaged(&checkpoint.Credential{Format: checkpoint.FormatUnknown}, err)
	}
	if l.scan.Before == nil {
		return l.about(shown, nil)
	}
	if l.scan.Before.Form != nil { // says nothing that was scanned
		return l.about(shown, nil)
	}
	before, err := l.read(l.scan.Before)
	switch {
	case err != nil, shown.rank() < 0, before.rank() < 0:
		return l.about(shown, nil)
	case before.rank() <= shown.rank(), l.scan.ByHand != nil: // the guard types what it should have been
		return l.about(shown, before)
	}
	if fault := l.refused(shown); fault != nil {
		return *fault // what was shown last is no good: the guard must hear that
	}
	return l.about(before, shown)
}

// about decides for the holder of a paper. other is what was shown with it.
func (l *look) about(p, other *paper) checkpoint.Decision {
	card := &p.read.Credential
	switch {
	case p.signed():
		return l.signed(p, other)
	case p.declared != nil:
		return l.declaredAlone(p, p.declared, other)
	case !card.Personal():
		return l.notPersonal(p)
	case l.data == nil:
		return checkpoint.Decision{Verdict: checkpoint.Fault, Reason: checkpoint.NoData, Findings: []checkpoint.Finding{checkpoint.FoundNoData}, Credential: card}
	}
	foreignLayout(l.scan, card)
	return l.person(card, other)
}

// person decides for somebody whose number was read.
func (l *look) person(card *checkpoint.Credential, other *paper) checkpoint.Decision {
	match, err := l.lookup(card)
	if err != nil {
		return l.damaged(card, err)
	}
	lettersMissing(l.scan, card, &match)
	e := examine(card, match, l.lane, l.data, l.now)
	if err := l.listed(e, card, match); err != nil {
		return l.damaged(card, err)
	}
	if other != nil {
		if err := l.together(e, card, match, other); err != nil {
			return l.damaged(card, err)
		}
	}
	d := l.ruled(e, card)
	d.InData, d.Differs, d.Person = match.Found, e.differs, l.personKey(card, match)
	d.RepeatFor = l.data.Policy.RepeatWindow(l.lane.SiteType)
	d.Second = other == nil && d.Verdict == checkpoint.Refer && asksForPaper(d.Reason)
	return d
}

// asksForPaper tells whether the guard is asked to see another paper of the
// same person, which may then be scanned with the first.
func asksForPaper(r checkpoint.Reason) bool {
	switch r {
	case checkpoint.NumberHidden, checkpoint.HealthCardOnly, checkpoint.DeclarationWanted, checkpoint.OtherProvince:
		return true
	}
	return false
}

func (l *look) lookup(card *checkpoint.Credential) (checkpoint.Match, error) {
	return l.data.Register.Lookup(checkpoint.Query{
		Kind: card.Kind, Number: filedUnder(card), Birth: card.Birth, NameFold: card.NameFold, Sex: printedSex(card), Issued: card.Issued,
	})
}

// personKey names whoever the paper belongs to: the same for all papers of a
// person in the data.
func (l *look) personKey(card *checkpoint.Credential, m checkpoint.Match) checkpoint.PersonKey {
	if m.Main != "" {
		return l.data.Register.PersonKey(m.MainKind, m.Main)
	}
	return l.data.Register.PersonKey(card.Kind, filedUnder(card))
}

// ruled asks the rules.
func (l *look) ruled(e *examination, card *checkpoint.Credential) checkpoint.Decision {
	if !l.trusted {
		e.found(checkpoint.FoundClockUntrusted)
	}
	ruling := cautious(l.data.Policy, e.facts, l.trusted)
	args := arguments(l.data, ruling, e.facts)
	if !e.until.IsZero() {
		args["until"] = e.until.Format(time.RFC3339)
	}
	return checkpoint.Decision{
		Verdict: ruling.Verdict, Reason: ruling.Reason, Rule: ruling.Rule, Findings: e.findings,
		Snapshot: l.data.Number, Policy: l.data.Policy.Number(), Credential: card, Args: args,
	}
}

// damaged: an answer could not be proven.
func (l *look) damaged(card *checkpoint.Credential, err error) checkpoint.Decision {
	if l.v.Damaged != nil {
		l.v.Damaged(l.data.Number, err)
	} else {
		slog.Error("lookup not proven", "snapshot", l.data.Number, "error", err)
	}
	return checkpoint.Decision{
		Verdict: checkpoint.Fault, Reason: checkpoint.DataDamaged, Findings: []checkpoint.Finding{checkpoint.FoundRegisterDamaged},
		Snapshot: l.data.Number, Policy: l.data.Policy.Number(), Credential: card,
	}
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

// cautious asks the rules and takes back what none may say. Without trusted time no rule about
// days means anything: neither its green nor its red, a case may have ended and
// a dose had its fourteen days. A reported card is red at any time. Data beyond
// the policy's own limit admits nobody by itself, and nobody is admitted who
// shows another's paper, or a declaration whose time is over; nor, unless the
// policy says so, somebody whose number was typed: no machine saw a paper.
func cautious(p *policy.Policy, f policy.Facts, trusted bool) policy.Ruling {
	r := p.Decide(f)
	switch {
	case !trusted && (r.Verdict == checkpoint.Admit || r.Verdict == checkpoint.Refuse && f.Card.Reported == ""):
		r.Verdict, r.Reason = checkpoint.Refer, checkpoint.ClockNotTrusted
	case r.Verdict == checkpoint.Admit && f.Data.Stale:
		r.Verdict, r.Reason = checkpoint.Refer, checkpoint.DataTooOld
	case r.Verdict == checkpoint.Admit && (f.Card.Other || f.Passport.Other || f.Declaration.Other):
		r.Verdict, r.Reason = checkpoint.Refer, checkpoint.OtherPerson
	case r.Verdict == checkpoint.Admit && f.Declaration.Over:
		r.Verdict, r.Reason = checkpoint.Refer, checkpoint.DeclarationOver
	case r.Verdict == checkpoint.Admit && f.Card.Typed && !p.TypedGreen():
		r.Verdict, r.Reason = checkpoint.Refer, checkpoint.TypedByHand
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
func (l *look) notPersonal(p *paper) checkpoint.Decision {
	card, data, s := &p.read.Credential, l.data, l.scan
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
