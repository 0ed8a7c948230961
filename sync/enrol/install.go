package enrol

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"checkpoint/store/durable"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
	"checkpoint/store/system"
)

// install puts a checked grant to use. Each file is whole or as before, the
// number comes last: until it is there, everything is done again.
func (m Machine) install(c Claim, g Grant, key *ecdsa.PrivateKey) error {
	if err := m.believe(c, g); err != nil {
		return err
	}
	if err := durable.MkdirAll(m.path("tls"), 0o700); err != nil {
		return err
	}
	if err := durable.Replace(m.path(AuthorityFile), certificatePEM(g.Authority), 0o644); err != nil {
		return err
	}
	return m.use(g, key)
}

// believe gives a new box the province's public keys. A box that has them
// keeps its own, they change by hand only; but one from before there was an
// office gets the office's.
func (m Machine) believe(c Claim, g Grant) error {
	path := m.path(keys.ProvinceFile)
	had, errHad := snapshot.ReadTrust(path)
	if errHad == nil && len(had.Office.Keys) > 0 {
		return c.Fits(had)
	}
	if errHad != nil && !errors.Is(errHad, fs.ErrNotExist) {
		return errHad
	}
	trust, err := g.trust(c)
	if err != nil {
		return err
	}
	had.Office = trust.Office
	if errHad == nil && !keys.SameProvince(had, trust) {
		return fmt.Errorf("%w: the other keys of province.json differ", ErrForeign)
	}
	return keys.WriteTrust(path, trust)
}

// use puts what every grant brings in its place.
func (m Machine) use(g Grant, key *ecdsa.PrivateKey) error {
	sealing, err := keys.BoxSealing(m.path(keys.SealingFile))
	if err != nil {
		return err
	}
	pepper, err := g.OpenPepper(sealing)
	if err != nil {
		return err
	}
	if err := keys.TakePepper(m.StateDir, pepper); err != nil {
		return err
	}
	floor := durable.Time(m.path(floorFile))
	if before, err := floor.Load(); err == nil && before.Before(g.Issued) {
		if err := floor.Store(g.Issued); err != nil {
			return err
		}
	}
	identity, err := identityPEM(key, g.Certificate)
	if err != nil {
		return err
	}
	if err := durable.Replace(m.path(IdentityFile), identity, 0o600); err != nil {
		return err
	}
	return durable.Bytes(m.path(numberFile)).Save([]byte(strconv.FormatUint(g.Number, 10) + "\n"))
}

// Renewing is a renewal on its way.
type Renewing struct {
	Message []byte // for the office
	machine Machine
	claim   Claim
	digest  []byte
	key     *ecdsa.PrivateKey
}

// Renew makes a new key and asks for a certificate of it. Nothing is kept until
// the office has answered: what a power cut takes is asked for again.
func (m Machine) Renew() (*Renewing, error) {
	c, err := m.Claim()
	if err != nil {
		return nil, err
	}
	box, err := keys.ReadSigner(m.path(BoxKeyFile))
	if err != nil {
		return nil, err
	}
	key, _, err := newKey()
	if err != nil {
		return nil, err
	}
	r, err := NewRenewal(c.Province, c.Box, box, key)
	if err != nil {
		return nil, err
	}
	digest, err := r.Digest()
	if err != nil {
		return nil, err
	}
	b, err := r.Encode()
	return &Renewing{b, m, c, digest, key}, err
}

// Accept takes the office's reply and puts it to use.
func (r *Renewing) Accept(b []byte) (Grant, error) {
	g, err := DecodeGrant(b)
	if err != nil {
		return g, err
	}
	if err := g.Check(r.claim, r.digest, &r.key.PublicKey); err != nil {
		return g, err
	}
	before, err := r.machine.number()
	if err == nil && g.Number <= before {
		err = ErrGrantOutdated
	}
	if err != nil {
		return g, err
	}
	return g, r.machine.use(g, r.key)
}

// OfficeKeys are the keys that sign what the office says.
func OfficeKeys(t snapshot.Trust) (list []ed25519.PublicKey) {
	for _, k := range t.Office.Keys {
		list = append(list, ed25519.PublicKey(k.Key))
	}
	return list
}

// ReadIdentity reads a certificate and its key of one file, as [IdentityFile].
func ReadIdentity(path string) (tls.Certificate, error) {
	info, err := os.Stat(path)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("read own certificate: %w", err)
	}
	if system.ForOthers(info) != 0 {
		return tls.Certificate{}, fmt.Errorf("read own certificate: %s is readable by others (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	pair, err := tls.LoadX509KeyPair(path, path)
	if err != nil {
		return pair, fmt.Errorf("read own certificate: %w", err)
	}
	return pair, nil
}

func newKey() (*ecdsa.PrivateKey, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("make key: %w", err)
	}
	text, err := keyPEM(key)
	return key, text, err
}

func keyPEM(key *ecdsa.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

func parseKey(text []byte) (*ecdsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("read key: no PEM")
	}
	any, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	key, ok := any.(*ecdsa.PrivateKey)
	if !ok {
		return nil, errors.New("read key: want a P-256 key")
	}
	return key, nil
}

func certificatePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func identityPEM(key *ecdsa.PrivateKey, certificate []byte) ([]byte, error) {
	text, err := keyPEM(key)
	return slices.Concat(certificatePEM(certificate), text), err
}
