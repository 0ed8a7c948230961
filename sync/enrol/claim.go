package enrol

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"checkpoint/store/snapshot"
	"checkpoint/sync/internal/canonical"
	"checkpoint/sync/wire"
)

const (
	version    = 1
	maxMessage = 16 << 10 // bytes of a request or a grant
	maxClaim   = 1200     // bytes: a QR code that a hand scanner still reads
	maxText    = 100      // bytes of a site's name or an address
	maxLanes   = 8
	tokenSize  = 16
)

// ClaimPrefix begins a claim as text: a reader tells it from a card by it.
const ClaimPrefix = "CHECKPOINT-CLAIM-1:"

// Why a claim is not taken.
var (
	ErrNotAClaim = errors.New("not a claim, or one with a slip in it")
	ErrForged    = errors.New("the claim is not what the office signed")
	ErrExpired   = errors.New("the claim has expired")
	ErrForeign   = errors.New("the claim is of another province")
)

// Claim is the office's word to a new box: who it is to be, and where to ask.
// It is no secret but for its token, which serves once.
type Claim struct {
	Province, Box  string
	Site, SiteType string
	Lanes          []Lane
	Broker         string // ssl://host:port; empty: records stay on the box
	Repo           string // https://host/path of the snapshots; empty: they are loaded by hand
	PublicRepo     bool   // a public authority answers for Repo, not the province's own
	Server         string // https://host:port that takes requests; empty: requests go on a stick
	Authority      []byte // SHA-256 of the certificate of the province's authority
	Trust          []byte // SHA-256 of province.json, see [TrustDigest]
	Office         ed25519.PublicKey
	Token          []byte // proves that a request comes from who holds the claim
	Issued         time.Time
	Expires        time.Time // both in whole seconds
	Signature      []byte
}

// Lane is one lane that the box is to have.
type Lane struct {
	_         struct{} `cbor:",toarray"`
	Name      string
	Direction string // in, out
}

type claimV1 struct {
	Version    uint64 `cbor:"1,keyasint"`
	Province   string `cbor:"2,keyasint"`
	Box        string `cbor:"3,keyasint"`
	Site       string `cbor:"4,keyasint"`
	SiteType   string `cbor:"5,keyasint"`
	Lanes      []Lane `cbor:"6,keyasint"`
	Broker     string `cbor:"7,keyasint,omitempty"`
	Repo       string `cbor:"8,keyasint,omitempty"`
	PublicRepo bool   `cbor:"9,keyasint,omitempty"`
	Server     string `cbor:"10,keyasint,omitempty"`
	Authority  []byte `cbor:"11,keyasint"`
	Trust      []byte `cbor:"12,keyasint"`
	Office     []byte `cbor:"13,keyasint"`
	Token      []byte `cbor:"14,keyasint"`
	Issued     int64  `cbor:"15,keyasint"`
	Expires    int64  `cbor:"16,keyasint"`
	Signature  []byte `cbor:"17,keyasint,omitempty"`
}

func (c *Claim) wire() claimV1 {
	return claimV1{
		version, c.Province, c.Box, c.Site, c.SiteType, c.Lanes, c.Broker, c.Repo, c.PublicRepo, c.Server,
		c.Authority, c.Trust, c.Office, c.Token, c.Issued.Unix(), c.Expires.Unix(), c.Signature,
	}
}

// Sign sets the office's key and its signature.
func (c *Claim) Sign(key ed25519.PrivateKey) error {
	c.Office, c.Signature = key.Public().(ed25519.PublicKey), nil
	msg, err := c.signed()
	if err != nil {
		return fmt.Errorf("sign claim: %w", err)
	}
	c.Signature = ed25519.Sign(key, msg)
	return c.check()
}

func (c *Claim) signed() ([]byte, error) {
	w := c.wire()
	w.Signature = nil
	b, err := canonical.Marshal(&w, maxClaim)
	return append([]byte("checkpoint claim v1\x00"), b...), err
}

// Text is the claim as one line for a file or a QR code.
func (c *Claim) Text() (string, error) {
	w := c.wire()
	b, err := canonical.Marshal(&w, maxClaim)
	if err != nil {
		return "", fmt.Errorf("encode claim: %w", err)
	}
	return ClaimPrefix + unpadded.EncodeToString(b), nil
}

var unpadded = base32.StdEncoding.WithPadding(base32.NoPadding)

// LooksLikeClaim tells a claim from other codes by its beginning, as some
// scanners give it: in capitals or not.
func LooksLikeClaim(code []byte) bool {
	return len(code) > len(ClaimPrefix) && strings.EqualFold(string(code[:len(ClaimPrefix)]), ClaimPrefix)
}

// ParseClaim reads a claim as text and checks that the office it names signed
// it. Whether that office is the province's own nobody can tell on a new box:
// the grant must come from it, and the technician compares [TrustWords].
func ParseClaim(text string) (Claim, error) {
	encoded, ok := strings.CutPrefix(strings.ToUpper(strings.TrimSpace(text)), ClaimPrefix)
	if !ok {
		return Claim{}, fmt.Errorf("%w: it does not begin with %s", ErrNotAClaim, ClaimPrefix)
	}
	b, err := unpadded.DecodeString(encoded)
	if err != nil {
		return Claim{}, ErrNotAClaim
	}
	var w claimV1
	if err := canonical.Unmarshal(b, &w, maxClaim); err != nil {
		return Claim{}, fmt.Errorf("%w: %w", ErrNotAClaim, err)
	}
	if w.Version != version {
		return Claim{}, fmt.Errorf("%w: version %d, this box knows %d", ErrNotAClaim, w.Version, version)
	}
	c := Claim{
		w.Province, w.Box, w.Site, w.SiteType, w.Lanes, w.Broker, w.Repo, w.PublicRepo, w.Server,
		w.Authority, w.Trust, w.Office, w.Token, time.Unix(w.Issued, 0).UTC(), time.Unix(w.Expires, 0).UTC(), w.Signature,
	}
	if err := c.check(); err != nil {
		return Claim{}, err
	}
	return c, nil
}

// check reports what no office would write, and a signature that is not its.
func (c *Claim) check() error {
	var faults []error
	add := func(err error) { faults = append(faults, err) }
	if _, err := wire.NewTopics(c.Province, c.Box); err != nil {
		add(err)
	}
	if strings.HasPrefix(c.Box, "-") {
		add(fmt.Errorf("id %q begins with -", c.Box))
	}
	if len(c.Authority) != sha256.Size || len(c.Trust) != sha256.Size || len(c.Token) != tokenSize || len(c.Office) != ed25519.PublicKeySize {
		add(errors.New("a digest, the token or the office's key has the wrong length"))
	}
	for _, text := range []string{c.Site, c.SiteType, c.Broker, c.Repo, c.Server} {
		if len(text) > maxText || !plain(text) {
			add(fmt.Errorf("%q: want at most %d bytes of plain text", text, maxText))
		}
	}
	if c.Site == "" || c.SiteType == "" || len(c.Lanes) == 0 || len(c.Lanes) > maxLanes {
		add(fmt.Errorf("site, kind of site and 1 to %d lanes are needed", maxLanes))
	}
	add(c.checkLanes())
	add(errors.Join(address(c.Broker, "ssl"), address(c.Repo, "https"), address(c.Server, "https")))
	if !c.Expires.After(c.Issued) {
		add(errors.New("it expires before it begins"))
	}
	if err := errors.Join(faults...); err != nil {
		return fmt.Errorf("%w: %w", ErrNotAClaim, err)
	}
	msg, err := c.signed()
	if err != nil || !ed25519.Verify(c.Office, msg, c.Signature) {
		return ErrForged
	}
	return nil
}

func (c *Claim) checkLanes() error {
	seen := map[string]bool{}
	for _, l := range c.Lanes {
		if l.Name == "" || len(l.Name) > 32 || !plain(l.Name) || seen[l.Name] || l.Direction != "in" && l.Direction != "out" {
			return fmt.Errorf("lane %q %q: want names of 1 to 32 bytes, each once, and in or out", l.Name, l.Direction)
		}
		seen[l.Name] = true
	}
	return nil
}

// plain is text that cannot break out of a line of configuration.
func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == '"' || r == '\\' })
}

// address is empty or a scheme and a host.
func address(s, scheme string) error {
	if s == "" {
		return nil
	}
	if u, err := url.Parse(s); err != nil || u.Scheme != scheme || u.Host == "" {
		return fmt.Errorf("%q: want %s://host", s, scheme)
	}
	return nil
}

// At is the time to judge a claim by, on a machine whose clock may be at 1970:
// never before the moment in which the office signed it.
func (c *Claim) At(clock time.Time) time.Time {
	if clock.Before(c.Issued) {
		return c.Issued
	}
	return clock
}

// Usable tells whether the claim still serves at that time of the clock.
func (c *Claim) Usable(clock time.Time) error {
	if c.At(clock).After(c.Expires) {
		return fmt.Errorf("%w: on %s; the clock says %s", ErrExpired, c.Expires.Format(time.DateTime), clock.UTC().Format(time.DateTime))
	}
	return nil
}

// Fits tells whether the claim is of the province that a box belongs to
// already: a box never changes its province by a claim.
func (c *Claim) Fits(t snapshot.Trust) error {
	if t.Province == c.Province && len(t.Office.Keys) == 0 {
		return nil // from before there was an office
	}
	for _, k := range t.Office.Keys {
		if t.Province == c.Province && bytes.Equal(k.Key, c.Office) {
			return nil
		}
	}
	return fmt.Errorf("%w: it is of %q, this box belongs to %q with another office", ErrForeign, c.Province, t.Province)
}

// Digest names the claim in a request and in the office's register.
func (c *Claim) Digest() ([]byte, error) {
	w := c.wire()
	b, err := canonical.Marshal(&w, maxClaim)
	sum := sha256.Sum256(b)
	return sum[:], err
}
