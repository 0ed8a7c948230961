package dcc

import (
	"time"

	"checkpoint/verify/internal/cose"
)

// Labels of the claim that holds the certificate (hcert specification, section 3.3).
const (
	claimHealth   = int64(-260)
	healthVersion = uint64(1)
)

// claims is the signed content.
type claims struct {
	issuer          string    // country; empty if not said
	issued, expires time.Time // zero if not said
	content         map[any]any
}

func readClaims(payload []byte) (c claims, err error) {
	var m map[any]any
	if cose.Decode(payload, &m) != nil {
		return c, NotClaims
	}
	health, _ := m[claimHealth].(map[any]any)
	content, ok := health[healthVersion].(map[any]any)
	if !ok {
		return c, NotClaims
	}
	c.content = content
	c.issuer, _ = m[cose.ClaimIssuer].(string)
	var good, also bool
	c.issued, good = cose.NumericDate(m[cose.ClaimIssued])
	c.expires, also = cose.NumericDate(m[cose.ClaimExpires])
	if !good || !also {
		return c, NotClaims
	}
	return c, nil
}

// during checks that the passport and its signer's certificate are valid now,
// and that the certificate was when it signed.
func (c *claims) during(now time.Time, signer *certificate) error {
	switch {
	case c.issued.IsZero() || c.expires.IsZero():
		return TimeMissing
	case now.Before(c.issued):
		return NotYetIssued
	case now.After(c.expires):
		return Expired
	case !signer.valid(c.issued) || !signer.valid(now):
		return SignerNotValid
	}
	return nil
}
