package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/rig"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/verify"
	"checkpoint/verify/dcc/dcctest"
	"checkpoint/verify/declaration"
	"checkpoint/verify/trust"
)

// Targets of a verdict, keys not stretched: from the code's bytes to the
// decision, in the process that decides.
const (
	verifyWithin   = 2 * time.Millisecond
	passportWithin = 5 * time.Millisecond // a vaccine passport among the papers
)

// verifying measures the verifier by itself, with the rules of the sample policy
// and a trust list of invented signers.
type verifying struct {
	*verify.Verifier
	data   *verify.Data
	now    time.Time
	p      *province
	es, ps *dcctest.Signer // of passports: ES256, PS256 with 2,048 bits
	key    ed25519.PrivateKey
}

func (v *verifying) Now() (time.Time, bool)          { return v.now, true }
func (v *verifying) Acquire() (*verify.Data, func()) { return v.data, func() {} }

func newVerifying(p *province) (v *verifying, done func() error, err error) {
	box, _, err := snapshots.Store(p.state())
	if err != nil {
		return nil, nil, err
	}
	register, err := box.Open()
	if err != nil {
		return nil, nil, err
	}
	rules, err := snapshots.Policy(register.Manifest.Policy)
	if err != nil {
		return nil, nil, errors.Join(err, register.Close())
	}
	v = &verifying{p: p, now: time.Now(), key: ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
	from, until := v.now.AddDate(-1, 0, 0), v.now.AddDate(1, 0, 0)
	big, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil, nil, errors.Join(err, register.Close())
	}
	v.es, v.ps = dcctest.NewSigner(from, until), dcctest.NewSignerWith(big, dcctest.PS256, from, until)
	listed := declaration.Keys{{Issuer: "mau", Public: v.key.Public().(ed25519.PublicKey)}}
	text, err := trust.Encode([][]byte{v.es.Certificate, v.ps.Certificate}, listed, until)
	if err != nil {
		return nil, nil, errors.Join(err, register.Close())
	}
	list, err := trust.Parse(text)
	v.data = &verify.Data{Register: register, Policy: rules, Number: register.Manifest.Number, Created: register.Manifest.CreatedAt(), Trusted: list}
	v.Verifier = &verify.Verifier{Source: v, Clock: v}
	return v, register.Close, err
}

// passport is of whoever holds card i.
func (v *verifying) passport(signer *dcctest.Signer, i int) []byte {
	who := v.who(i)
	content := dcctest.Vaccination("Nguyen", "Van An", who.Birth.String())
	content["v"].([]any)[0].(map[string]any)["dt"] = v.now.AddDate(0, -2, 0).Format(time.DateOnly)
	return []byte(signer.Draft(content, v.now.AddDate(0, -1, 0), v.now.AddDate(0, 6, 0)).Code())
}

func (v *verifying) declares(i int) ([]byte, error) {
	who := v.who(i)
	code, err := declaration.Issue(declaration.Declaration{
		Issuer: "mau", Issued: v.now.Add(-time.Hour), Expires: v.now.Add(71 * time.Hour), Number: who.Number, Name: who.FullName, Birth: who.Birth,
	}, v.key)
	return []byte(code), err
}

// who spreads people over the province, so that few of them share a block.
func (v *verifying) who(i int) checkpoint.Credential {
	p := v.p.Person(v.at(i))
	return checkpoint.Credential{Number: p.Number, FullName: p.FullName, Birth: p.Birth}
}

func (v *verifying) at(i int) int { return (i*rig.Spread + 11) % v.p.people }

// measure has n people show their card, each with another paper scanned before
// it; nil: the card alone.
func (v *verifying) measure(n int, before func(i int) ([]byte, error)) (took rig.Values[time.Duration], err error) {
	lane := checkpoint.LaneInfo{SiteType: "building", Direction: checkpoint.In}
	for i := range n {
		s := checkpoint.Scan{Reader: "bench", Payload: []byte(v.p.Payload(v.at(i)))}
		if before != nil {
			other, err := before(i)
			if err != nil {
				return nil, err
			}
			s.Before = &checkpoint.Scan{Reader: "bench", Payload: other}
		}
		started := time.Now()
		d := v.Verify(context.Background(), s, lane)
		took = append(took, time.Since(started))
		if d.Verdict == checkpoint.Fault || d.Rule == "" {
			return nil, fmt.Errorf("verify: card %d was not decided by a rule: %s %s", i, d.Verdict, d.Reason)
		}
	}
	return took, nil
}

func (b *bench) verifyRows(p *province) error {
	v, done, err := newVerifying(p)
	if err != nil {
		return err
	}
	defer done() // read only: nothing can be lost
	for _, sort := range []struct {
		name   string
		limit  time.Duration
		before func(i int) ([]byte, error)
	}{
		{"a card", verifyWithin, nil},
		{"a card and a signed declaration (Ed25519)", verifyWithin, v.declares},
		{"a card and a vaccine passport (ES256)", passportWithin, func(i int) ([]byte, error) { return v.passport(v.es, i), nil }},
		{"a card and a vaccine passport (PS256)", passportWithin, func(i int) ([]byte, error) { return v.passport(v.ps, i), nil }},
	} {
		layer, err := p.layer()
		if err != nil {
			return err
		}
		_ = forget(layer) // mapped pages may stay; the people differ all the same
		busy := rig.PressureNow()
		took, err := v.measure(b.lookups, sort.before)
		if err != nil {
			return err
		}
		b.table.add(within("verdict about "+sort.name, took, sort.limit, fmt.Sprintf("%d people, keys not stretched, from bytes to decision in one process; %s", b.lookups, busy)))
	}
	return nil
}
