package verify

import (
	"errors"
	"time"

	"checkpoint"
	"checkpoint/verify/dcc"
	"checkpoint/verify/declaration"
	"checkpoint/verify/trust"
)

// signedPaper is a good one: a passport or a declaration.
type signedPaper struct {
	passport *dcc.Passport
	declared *declared
}

// refusal is why a signed paper is not believed.
type refusal struct {
	damaged bool // misread or cut short
	forged  bool // a listed signer's signature is wrong
	finding checkpoint.Finding
	old     bool // the list is
}

// signed decides for a paper that holds its own proof, shown without a card; at
// most with another such paper.
func (l *look) signed(p, other *paper) checkpoint.Decision {
	if l.data == nil {
		d := unread(nil, checkpoint.NoData, checkpoint.FoundNoData, nil)
		d.Verdict, d.Credential = checkpoint.Fault, &checkpoint.Credential{Format: p.read.Format}
		return d
	}
	good, refused := l.check(p)
	switch {
	case refused != nil:
		return l.refuse(p, refused)
	case good.declared != nil:
		return l.declaredAlone(p, good.declared, other)
	}
	return l.passportAlone(p, good.passport, other)
}

// refused is the decision about a signed paper that is no good; nil for others.
func (l *look) refused(p *paper) *checkpoint.Decision {
	if !p.signed() || l.data == nil {
		return nil
	}
	_, refused := l.check(p)
	if refused == nil {
		return nil
	}
	d := l.refuse(p, refused)
	return &d
}

// check verifies a signed paper against the snapshot's list. Without trusted
// time what depends on time is not asked.
func (l *look) check(p *paper) (good signedPaper, r *refusal) {
	list, old, now := l.data.Trusted, l.data.Trusted.Old(l.now), l.now
	if list == nil {
		list = &trust.List{}
	}
	if !l.trusted {
		now = time.Time{}
	}
	if p.read.Format == checkpoint.FormatDCC {
		passport, err := dcc.Verify(p.read.Code, list.Passports, now)
		good.passport, r = &passport, passportRefusal(err)
	} else {
		d, err := declaration.Verify(p.read.Code, list.Declarations, now)
		good.declared, r = ownDeclaration(d, l.data.Policy.DeclarationTime()), declarationRefusal(err)
	}
	switch {
	case r != nil:
		r.old = old
	case old:
		r = &refusal{finding: checkpoint.FoundTrustListOld}
	}
	return good, r
}

// passportRefusal sorts a fault. Only a listed signer's wrong signature is
// forged: an unknown one may be somebody's honest paper.
func passportRefusal(err error) *refusal {
	var fault dcc.Fault
	if !errors.As(err, &fault) {
		return nil
	}
	r := &refusal{damaged: fault.Damaged(), forged: fault == dcc.SignatureWrong, finding: checkpoint.FoundCodeInvalid}
	switch fault {
	case dcc.SignerUnknown, dcc.SignerUnnamed, dcc.AlgorithmOther, dcc.SignerNotValid, dcc.KeyUsageForeign:
		r.finding = checkpoint.FoundSignerUnknown
	case dcc.Expired, dcc.NotYetIssued, dcc.TimeMissing:
		r.finding = checkpoint.FoundCodeExpired
	}
	return r
}

func declarationRefusal(err error) *refusal {
	var fault declaration.Fault
	if !errors.As(err, &fault) {
		return nil
	}
	r := &refusal{damaged: fault.Damaged(), forged: fault == declaration.SignatureWrong, finding: checkpoint.FoundCodeInvalid}
	switch fault {
	case declaration.KeyUnknown, declaration.AlgorithmOther, declaration.IssuerOther:
		r.finding = checkpoint.FoundSignerUnknown
	case declaration.NotYetIssued:
		r.finding = checkpoint.FoundCodeExpired
	}
	return r
}

// refuse puts a refusal into words for the guard.
func (l *look) refuse(p *paper, r *refusal) checkpoint.Decision {
	d := unread(l.data, checkpoint.CodeNotRead, checkpoint.FoundUnreadable, p.payload)
	d.Credential = &checkpoint.Credential{Format: p.read.Format}
	switch {
	case r.damaged:
	case r.forged:
		d.Verdict, d.Reason, d.Findings = checkpoint.Refuse, checkpoint.SignatureWrong, []checkpoint.Finding{checkpoint.FoundSignatureWrong}
	default:
		d.Verdict, d.Reason, d.Findings = checkpoint.Refer, checkpoint.SignerUnknown, []checkpoint.Finding{r.finding}
		if r.old {
			d.Findings = append(d.Findings, checkpoint.FoundTrustListOld)
		}
	}
	d.Args = map[string]string{"hotline": l.data.Policy.Hotline(), "phone": l.data.Policy.DutyPhone()}
	if l.data.Trusted != nil && l.data.Trusted.Old(l.now) {
		d.Args["listed"] = l.data.Trusted.Expires.Format(time.RFC3339)
	}
	return d
}

// sameWithoutCard compares two papers of which neither is a card, by name and
// birth date. One that is not good says nothing.
func (l *look) sameWithoutCard(card *checkpoint.Credential, other *paper) checkpoint.Agreement {
	d := other.declared
	if other.signed() {
		good, refused := l.check(other)
		switch {
		case refused != nil:
			return checkpoint.Unknown
		case good.passport != nil:
			return together(sameName(good.passport.Name, card.NameFold), sameBirth(passportBirth(good.passport.Birth), card.Birth))
		}
		d = good.declared
	}
	if d == nil || d.missing || card.Birth.IsZero() {
		return checkpoint.Unknown
	}
	return together(sameWords(d.name, card.NameFold), sameBirth(d.birth, card.Birth))
}

// alone asks the rules about a paper that does not show whose face it belongs
// to. What it is worth by itself is for them, and it is never worth a red.
func (l *look) alone(e *examination, card *checkpoint.Credential, p, other *paper) checkpoint.Decision {
	if other != nil {
		e.others(l.sameWithoutCard(card, other))
	}
	d := l.ruled(e, card)
	if d.Verdict == checkpoint.Refuse {
		d.Verdict, d.Reason = checkpoint.Refer, checkpoint.NumberHidden
	}
	d.Second = d.Verdict == checkpoint.Refer
	d.CodeHash = l.data.Register.CodeHash(p.payload)
	return d
}
