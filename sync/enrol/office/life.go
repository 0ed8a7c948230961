package office

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
	"checkpoint/sync/enrol"
)

// DefaultLife is how long a box's certificate holds.
const DefaultLife = 365 * 24 * time.Hour

// renewalsADay bounds what a box, or who has taken it, can have issued.
const renewalsADay = 10

// Invite makes a claim for a new box, or a new claim for one that was invited
// and has not been approved; the claim before is then void.
func (o *Office) Invite(want Box, now time.Time, valid time.Duration) (enrol.Claim, error) {
	var c enrol.Claim
	if err := o.free(want.ID); err != nil {
		return c, err
	}
	err := o.change(want.ID, true, func(b *Box) (err error) {
		if b.State == Approved || b.State == Gone {
			return fmt.Errorf("%w: %s is %s", ErrState, b.ID, b.State)
		}
		b.Site, b.SiteType, b.Lanes, b.Ways = want.Site, want.SiteType, want.Lanes, want.Ways
		c, err = o.invite(b, now, valid)
		return err
	})
	return c, err
}

// Replace makes a claim for a machine that takes a box's place: site, lanes and
// history stay, the machine before loses its certificates now.
func (o *Office) Replace(id string, now time.Time, valid time.Duration) (enrol.Claim, error) {
	var c enrol.Claim
	err := o.change(id, false, func(b *Box) (err error) {
		if b.State != Approved && len(b.Former) == 0 {
			return fmt.Errorf("%w: %s is %s", ErrState, b.ID, b.State)
		}
		if b.State == Gone {
			return fmt.Errorf("%w: %s is %s", ErrState, b.ID, b.State)
		}
		if b.State == Approved {
			b.revoke(now)
			b.Former = append(b.Former, Former{b.Key, now.UTC().Truncate(time.Second)})
			b.note(now, "machine %s is replaced, its certificates are revoked", snapshot.KeyID([]byte(b.Key)))
		}
		c, err = o.invite(b, now, valid)
		return err
	})
	return c, err
}

func (o *Office) invite(b *Box, now time.Time, valid time.Duration) (enrol.Claim, error) {
	trust, err := enrol.TrustDigest(o.trust)
	if err != nil {
		return enrol.Claim{}, err
	}
	token := make([]byte, 16)
	if _, err := rand.Read(token); err != nil {
		return enrol.Claim{}, fmt.Errorf("make token: %w", err)
	}
	now = now.UTC().Truncate(time.Second)
	c := enrol.Claim{
		Province: o.trust.Province, Box: b.ID, Site: b.Site, SiteType: b.SiteType,
		Broker: b.Ways.Broker, Repo: b.Ways.Repo, PublicRepo: b.Ways.PublicRepo, Server: b.Ways.Server,
		Authority: o.authority.Digest(), Trust: trust, Token: token, Issued: now, Expires: now.Add(valid),
	}
	for _, l := range b.Lanes {
		c.Lanes = append(c.Lanes, enrol.Lane{Name: l.Name, Direction: l.Direction})
	}
	if err := c.Sign(o.key); err != nil {
		return c, err
	}
	digest, err := c.Digest()
	if err != nil {
		return c, err
	}
	b.Invitation = &Invitation{digest, token, c.Expires}
	b.State, b.Asked, b.Grant, b.Key, b.Sealing = Invited, nil, nil, nil, nil
	b.note(now, "invited until %s", c.Expires.Format(time.RFC3339))
	return c, nil
}

// Ask takes a request in and answers with the grant, with [enrol.ErrWaiting]
// or with an [enrol.Refusal].
func (o *Office) Ask(message []byte, from string, now time.Time) (grant []byte, err error) {
	r, err := enrol.DecodeRequest(message)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", enrol.Malformed, err)
	}
	// Read first: a box that polls costs no write.
	if b, err := o.Box(r.Box); err == nil && b.Asked != nil && bytes.Equal(b.Asked.Request, message) {
		return b.answer()
	}
	err = o.change(r.Box, false, func(b *Box) error {
		if err := b.takes(r, now); err != nil {
			return err
		}
		b.Asked, b.State = &Asked{message, from, now.UTC().Truncate(time.Second)}, Requested
		b.note(now, "a machine asks, from %s", from)
		return nil
	})
	if errors.Is(err, ErrNoBox) {
		err = enrol.UnknownClaim
	}
	if err != nil {
		return nil, err
	}
	return nil, enrol.ErrWaiting
}

// answer is the answer to the request that is on the register.
func (b *Box) answer() ([]byte, error) {
	switch b.State {
	case Approved:
		return b.Grant, nil
	case Gone:
		return nil, enrol.Retired
	}
	return nil, enrol.ErrWaiting
}

// takes tells whether a request that the register does not know is taken.
func (b *Box) takes(r enrol.Request, now time.Time) error {
	switch {
	case b.State == Gone:
		return enrol.Retired
	case b.Invitation == nil || !bytes.Equal(r.Claim, b.Invitation.Digest):
		return enrol.UnknownClaim
	case r.ProvenBy(b.Invitation.Digest, b.Invitation.Token) != nil:
		return enrol.Unproven
	case b.Asked != nil:
		return enrol.UsedClaim
	case now.After(b.Invitation.Expires):
		return enrol.ExpiredClaim
	}
	return nil
}

// ErrCode: the code that was read out is not that of the machine that asked.
var ErrCode = errors.New("the code is not that of the machine that asks: somebody else may have the claim")

// Accept approves the machine that asked, if it is the one whose code was read
// out.
func (o *Office) Accept(id, code string, now time.Time, life time.Duration) ([]byte, error) {
	var grant []byte
	err := o.change(id, false, func(b *Box) error {
		if b.State != Requested {
			return fmt.Errorf("%w: %s is %s", ErrState, b.ID, b.State)
		}
		r, err := b.Request()
		if err != nil {
			return err
		}
		want, err := r.Code()
		if err != nil {
			return err
		}
		if !enrol.SameCode(code, want) {
			return ErrCode
		}
		b.Key, b.Sealing, b.State = snapshot.HexData(r.Key), r.Sealing, Approved
		grant, err = o.grantRequest(b, r, now, life)
		b.note(now, "approved: machine %s", snapshot.KeyID(r.Key))
		return err
	})
	return grant, err
}

// Recert issues a new certificate, and the pepper of today, for the request
// that was approved: for a box whose certificate has expired.
func (o *Office) Recert(id string, now time.Time, life time.Duration) ([]byte, error) {
	var grant []byte
	err := o.change(id, false, func(b *Box) error {
		if b.State != Approved {
			return fmt.Errorf("%w: %s is %s", ErrState, b.ID, b.State)
		}
		r, err := b.Request()
		if err != nil {
			return err
		}
		grant, err = o.grantRequest(b, r, now, life)
		b.note(now, "new certificate by hand")
		return err
	})
	return grant, err
}

func (o *Office) grantRequest(b *Box, r enrol.Request, now time.Time, life time.Duration) ([]byte, error) {
	digest, err := r.Digest()
	if err != nil {
		return nil, err
	}
	b.Grant, err = o.grant(b, r.CSR, digest, now, life)
	return b.Grant, err
}

// grant issues a certificate and notes it. The caller writes the register
// before anybody gets the grant.
func (o *Office) grant(b *Box, csr, request []byte, now time.Time, life time.Duration) ([]byte, error) {
	key, err := enrol.ParseCSR(csr, b.ID)
	if err != nil {
		return nil, err
	}
	cert, err := o.authority.issue(ForBox, b.ID, nil, key, now, life)
	if err != nil {
		return nil, err
	}
	pepper, err := snapshot.ReadPepper(filepath.Join(o.keysDir, keys.PepperFile))
	if err != nil {
		return nil, err
	}
	sealed, err := enrol.SealPepper(pepper, o.trust.Province, b.ID, b.Sealing)
	if err != nil {
		return nil, err
	}
	trust, err := keys.TrustText(o.trust)
	if err != nil {
		return nil, err
	}
	b.Grants++
	g := enrol.Grant{
		Province: o.trust.Province, Box: b.ID, Request: request, Number: b.Grants, Certificate: cert.Raw,
		Authority: o.authority.Certificate(), Trust: trust, Pepper: sealed, Issued: now,
	}
	if err := g.Sign(o.key); err != nil {
		return nil, err
	}
	b.Certificates = append(b.Certificates, noteOf(cert))
	return g.Encode()
}

// Renew answers a renewal that came over a connection with that certificate.
func (o *Office) Renew(message []byte, with *x509.Certificate, now time.Time, life time.Duration) ([]byte, error) {
	r, err := enrol.DecodeRenewal(message)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", enrol.Malformed, err)
	}
	var grant []byte
	err = o.change(r.Box, false, func(b *Box) error {
		if err := b.renews(r, with, now); err != nil {
			return err
		}
		digest, err := r.Digest()
		if err != nil {
			return err
		}
		grant, err = o.grant(b, r.CSR, digest, now, life)
		b.note(now, "certificate renewed")
		return err
	})
	if errors.Is(err, ErrNoBox) {
		err = enrol.Retired
	}
	return grant, err
}

func (b *Box) renews(r enrol.Renewal, with *x509.Certificate, now time.Time) error {
	if b.State != Approved || with.Subject.CommonName != b.ID {
		return enrol.Retired
	}
	valid, recent := false, 0
	for _, c := range b.Certificates {
		valid = valid || c.Revoked.IsZero() && c.Serial == with.SerialNumber.Text(16)
		if c.From.Add(early).After(now.Add(-24 * time.Hour)) {
			recent++
		}
	}
	switch {
	case !valid:
		return enrol.Retired
	case r.SignedBy([]byte(b.Key)) != nil:
		return enrol.Unproven
	case recent > renewalsADay:
		return enrol.TooMany
	}
	return nil
}

// Retire takes a box out of service for good: its certificates are revoked, and
// it gets no pepper any more.
func (o *Office) Retire(id string, now time.Time) error {
	return o.change(id, false, func(b *Box) error {
		if b.State == Gone {
			return fmt.Errorf("%w: %s is %s", ErrState, b.ID, b.State)
		}
		b.revoke(now)
		b.State, b.Invitation, b.Grant = Gone, nil, nil
		b.note(now, "retired")
		return nil
	})
}
