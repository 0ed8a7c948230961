package enrol

import (
	"bytes"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"checkpoint/store/durable"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
	"checkpoint/store/system"
)

// Names below a box's state directory.
const (
	Dir           = "enrol"       // what was said, for as long as the box is this one
	AuthorityFile = "tls/ca.pem"  // the province's authority
	IdentityFile  = "tls/box.pem" // the box's certificate and its key in one file, so that both change at once
	BoxKeyFile    = "box.key"
	floorFile     = "clock-floor"

	claimFile   = Dir + "/claim"
	requestFile = Dir + "/request"
	grantFile   = Dir + "/grant"
	keyFile     = Dir + "/tls.key"
	numberFile  = Dir + "/number" // of the newest grant in use
)

// Names of what goes to and fro on a stick or a boot partition.
const (
	ClaimFile   = "checkpoint-claim.txt"
	RequestFile = "checkpoint-request.cbor"
	ReplyFile   = "checkpoint-reply.cbor"
)

// ErrOtherClaim: the box is on its way with another claim, or has come to its
// end with one.
var ErrOtherClaim = errors.New("this box has taken another claim before")

// ErrNoClaim: nobody has given the box a claim yet.
var ErrNoClaim = errors.New("this box has no claim")

// Machine is a box's side of its enrolment, in its state directory. Each step
// is on disk before the next begins and can be repeated after a power cut.
type Machine struct{ StateDir string }

func (m Machine) path(name string) string { return filepath.Join(m.StateDir, filepath.FromSlash(name)) }

// Claim is the claim that the box has taken, or [ErrNoClaim].
func (m Machine) Claim() (Claim, error) {
	text, err := durable.Bytes(m.path(claimFile)).Load()
	if err == nil && text == nil {
		err = ErrNoClaim
	}
	if err != nil {
		return Claim{}, err
	}
	return ParseClaim(string(text))
}

// Take keeps a claim, unless it has expired, is not of the province that the
// box belongs to, or is another one than before. To take the same again does
// nothing.
func (m Machine) Take(text string, clock time.Time) (Claim, error) {
	c, err := ParseClaim(text)
	if err != nil {
		return c, err
	}
	trust, err := snapshot.ReadTrust(m.path(keys.ProvinceFile))
	if err == nil {
		err = c.Fits(trust)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return c, err
	}
	had, err := m.Claim()
	if err == nil {
		if !bytes.Equal(had.Signature, c.Signature) {
			return c, fmt.Errorf("%w: %s of %s", ErrOtherClaim, had.Box, had.Province)
		}
		return c, nil // whatever the clock says: it is on its way
	}
	if !errors.Is(err, ErrNoClaim) {
		return c, err
	}
	if err := c.Usable(clock); err != nil {
		return c, err
	}
	canonicalText, err := c.Text()
	if err != nil {
		return c, err
	}
	if err := durable.MkdirAll(m.path(Dir), 0o700); err != nil {
		return c, err
	}
	return c, durable.Bytes(m.path(claimFile)).Save([]byte(canonicalText + "\n"))
}

// Forget begins anew: the box gets other keys for its next certificate. What
// it recorded, its data and the key that signs its records stay. The claim
// goes last, so that a power cut leaves an attempt that can be forgotten again.
func (m Machine) Forget() error {
	for _, name := range []string{grantFile, numberFile, requestFile, keyFile, claimFile} {
		if err := os.Remove(m.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if err := durable.SyncDir(m.path(Dir)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Request is what the box answers its claim with, the same each time it is
// asked for.
func (m Machine) Request() (Request, []byte, error) {
	c, err := m.Claim()
	if err != nil {
		return Request{}, nil, err
	}
	b, err := durable.Bytes(m.path(requestFile)).Load()
	if err != nil {
		return Request{}, nil, err
	}
	if b == nil {
		if b, err = m.newRequest(c); err != nil {
			return Request{}, nil, err
		}
	}
	r, err := DecodeRequest(b)
	return r, b, err
}

func (m Machine) newRequest(c Claim) ([]byte, error) {
	box, err := keys.BoxSigner(m.path(BoxKeyFile))
	if err != nil {
		return nil, err
	}
	sealing, err := keys.BoxSealing(m.path(keys.SealingFile))
	if err != nil {
		return nil, err
	}
	key, err := m.tlsKey()
	if err != nil {
		return nil, err
	}
	r, err := NewRequest(c, box, sealing.PublicKey().Bytes(), key)
	if err != nil {
		return nil, err
	}
	b, err := r.Encode()
	if err != nil {
		return nil, err
	}
	return b, durable.Bytes(m.path(requestFile)).Save(b)
}

// tlsKey is the key that the request asks a certificate for.
func (m Machine) tlsKey() (*ecdsa.PrivateKey, error) {
	b, err := durable.Bytes(m.path(keyFile)).Load()
	if err != nil {
		return nil, err
	}
	if b != nil {
		return parseKey(b)
	}
	key, text, err := newKey()
	if err != nil {
		return nil, err
	}
	return key, durable.Bytes(m.path(keyFile)).Save(text)
}

// Accept takes the office's reply to the request, keeps it and puts it to use.
// One that is in use already changes nothing.
func (m Machine) Accept(b []byte) (Grant, error) {
	g, err := DecodeGrant(b)
	if err != nil {
		return g, err
	}
	c, err := m.Claim()
	if err != nil {
		return g, err
	}
	r, _, err := m.Request()
	if err != nil {
		return g, err
	}
	key, err := m.tlsKey()
	if err != nil {
		return g, err
	}
	digest, err := r.Digest()
	if err != nil {
		return g, err
	}
	if err := g.Check(c, digest, &key.PublicKey); err != nil {
		return g, err
	}
	before, err := m.number()
	if err != nil || g.Number == before && before > 0 {
		return g, err
	}
	if g.Number < before {
		return g, ErrGrantOutdated
	}
	if err := durable.Bytes(m.path(grantFile)).Save(b); err != nil {
		return g, err
	}
	return g, m.install(c, g, key)
}

// Resume puts a reply to use that a power cut left half in use. It tells
// whether the box is enrolled.
func (m Machine) Resume() (enrolled bool, err error) {
	b, err := durable.Bytes(m.path(grantFile)).Load()
	if err != nil || b == nil {
		return false, err
	}
	_, err = m.Accept(b)
	if errors.Is(err, ErrGrantOutdated) { // renewed since
		err = nil
	}
	return err == nil, err
}

// Lock keeps a second enrolment out until unlock or the end of the process.
func (m Machine) Lock() (unlock func() error, err error) {
	if err := durable.MkdirAll(m.path(Dir), 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(m.path(Dir+"/lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := system.TryLock(f); err != nil {
		return nil, errors.Join(errors.New("another enrolment is running on this box"), f.Close())
	}
	return f.Close, nil
}

// number is that of the grant in use; 0: none.
func (m Machine) number() (uint64, error) {
	text, err := durable.Bytes(m.path(numberFile)).Load()
	if err != nil || text == nil {
		return 0, err
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read number of the grant: %w", err)
	}
	return n, nil
}
