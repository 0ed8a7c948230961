package update

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/durable"
	"checkpoint/store/release"
	"checkpoint/store/stages"
)

// maxSystemBytes is more than any slot of a card holds.
const maxSystemBytes = 2 << 30

// SystemDir is where, in a box's state directory, bundles of systems arrive.
const SystemDir = "system"

// FetchedSystem is a bundle that has come whole and waits to be installed. Who
// installs it believes its own signature, and not that it lies here.
func FetchedSystem(state string) string {
	return filepath.Join(state, SystemDir, release.TargetName)
}

// takenFile holds the hash of the bundle that came last: each is fetched once,
// whatever became of it. A system that fell back is not tried for ever.
const takenFile = "taken"

// system fetches the bundle of a newer system, if officers offer one.
func (c *Client) system(ctx context.Context, roots *chain) error {
	if c.o.System == "" {
		return nil
	}
	o, err := c.systemOffered(ctx, roots)
	if errors.Is(err, ErrStale) { // the system that runs is as good as it was
		c.o.Log.Info("a system is offered no more", "error", err)
		c.setSystem(nil)
		return nil
	}
	if err == nil && c.followsSystem(o) {
		err = c.fetchSystem(ctx, o)
	}
	if err != nil {
		return fmt.Errorf("fetch system: %w", roomError(err))
	}
	return nil
}

// followsSystem says what is offered, and tells whether it is to be fetched now.
func (c *Client) followsSystem(o systemOffer) bool {
	if o.file == nil || o.version.Compare(c.o.Running) <= 0 {
		c.setSystem(nil)
		return false
	}
	held := c.waits(o.plan, o.paused, o.now)
	c.setSystem(&System{o.version, held})
	return held == nil
}

// stillOfferedSystem asks once more after a bundle came, which may take hours: a
// pause, or another system in the place of this one, is heeded. Who cannot be asked
// does not hold up what was decided.
func (c *Client) stillOfferedSystem(ctx context.Context, o systemOffer) (bool, error) {
	if o.plan == nil {
		return true, nil
	}
	var now systemOffer
	again, err := c.newest(ctx)
	if err == nil {
		now, err = c.systemOffered(ctx, again.roots)
	}
	if err != nil {
		c.o.Log.Info("not asked again before the system is handed over", "error", err)
		return ctx.Err() == nil, ctx.Err()
	}
	return c.followsSystem(now) && bytes.Equal(now.file.Hashes["sha256"], o.file.Hashes["sha256"]), nil
}

// System is a newer system that officers offer.
type System struct {
	Version release.Version
	Held    *Held // why it waits; nil: it does not
}

func (c *Client) setSystem(s *System) {
	c.mu.Lock()
	before := c.status.System
	c.status.System = s
	c.mu.Unlock()
	if s != nil && s.Held != nil && (before == nil || before.Version != s.Version || before.Held == nil || *before.Held != *s.Held) {
		c.o.Log.Info("newer system waits for its stage", "version", s.Version.String(), "stage", s.Held.Stage, "not_before", s.Held.NotBefore, "paused", s.Held.Paused)
	}
}

// systemOffer is what officers signed about a bundle.
type systemOffer struct {
	file    *metadata.TargetFiles // nil: no system is offered
	version release.Version
	plan    *stages.Plan // nil: all boxes at once
	paused  uint64       // the rollout that is paused; 0: none
	now     time.Time    // as the box reckons it: never later than it is
}

// systemOffered reads what the officers of the newest root signed. Those of the
// targets sign it, under a number that only the snapshot metadata can name.
func (c *Client) systemOffered(ctx context.Context, roots *chain) (o systemOffer, err error) {
	meta := roots.trusted.Snapshot.Signed.Meta[release.Role+".json"]
	if meta == nil {
		return o, nil
	}
	number := meta.Version
	raw, err := small(ctx, c.o.Carrier, fmt.Sprintf("%d.%s.json", number, release.Role), maxMetadataBytes)
	if err != nil {
		return o, err
	}
	m, err := metadata.Targets().FromBytes(raw)
	if err == nil {
		err = roots.trusted.Root.VerifyDelegate(metadata.TARGETS, m)
	}
	if err != nil {
		return o, fmt.Errorf("%s: %w: %w", release.Role, ErrSignatures, err)
	}
	o.file = m.Signed.Targets[release.TargetName]
	switch {
	case m.Signed.Version != number, o.file == nil, o.file.Length > maxSystemBytes, len(o.file.Hashes["sha256"]) != sha256.Size:
		return o, fmt.Errorf("%w: %d.%s.json offers no system", ErrReplaced, number, release.Role)
	case m.Signed.IsExpired(roots.trusted.RefTime):
		return o, fmt.Errorf("%w: %s until %s", ErrStale, release.Role, m.Signed.Expires)
	}
	if o.version, o.plan, err = release.FromCustom(o.file.Custom, number); err != nil {
		return o, fmt.Errorf("%w: %w", ErrReplaced, err)
	}
	pauses, err := roots.pauses()
	o.paused, o.now = pauses.System, roots.trusted.RefTime
	return o, err
}

func (c *Client) fetchSystem(ctx context.Context, o systemOffer) error {
	file, sum := o.file, o.file.Hashes["sha256"]
	taken := durable.Bytes(filepath.Join(c.o.System, takenFile))
	if have, err := taken.Load(); err != nil || string(have) == sum.String() {
		return err
	}
	if c.spoilt.rests(sum) {
		return fmt.Errorf("%w: a bundle that came %d times; it is fetched again within a day", ErrReplaced, spoiltOften)
	}
	if err := durable.MkdirAll(c.o.System, 0o700); err != nil {
		return err
	}
	part := filepath.Join(c.o.System, sum.String()[:12]+".part")
	if err := c.forgetParts(part); err != nil {
		return err
	}
	a, err := openPart(part, file.Length)
	if err != nil {
		return err
	}
	defer a.file.Close()
	// Once here, and once where it is copied to before it is judged.
	if err := c.o.Box.Room(2*file.Length-a.at, c.o.Reserve); err != nil {
		return err
	}
	if err := c.persist(ctx, a, func() error { return c.takeSystem(ctx, a, sum, o.version) }); err != nil {
		return err
	}
	if err := a.proven(sum); err != nil {
		c.spoilt.add(sum)
		return errors.Join(err, os.Remove(part))
	}
	if still, err := c.stillOfferedSystem(ctx, o); err != nil || !still {
		return err
	}
	if err := durable.Publish(part, filepath.Join(c.o.System, release.TargetName)); err != nil {
		return err
	}
	c.o.Log.Info("a newer system has come", "version", o.version.String())
	return taken.Save([]byte(sum.String()))
}

// A bundle that was spoilt on its way, or on the card, comes whole the next time.
// One that is another one on the server would come again with each look: more than
// a hundred megabytes every ten minutes, and each time written to the card.
const (
	spoiltOften = 2
	spoiltRest  = 24 * time.Hour
)

// spoilt is the bundle that came last and did not have its hash.
type spoilt struct {
	sum   string
	times int
	last  time.Time
}

func (s *spoilt) add(sum metadata.HexBytes) {
	if s.sum != sum.String() {
		*s = spoilt{sum: sum.String()}
	}
	s.times, s.last = s.times+1, time.Now()
}

// rests tells whether it is not to be fetched now.
func (s *spoilt) rests(sum metadata.HexBytes) bool {
	return s.sum == sum.String() && s.times >= spoiltOften && time.Since(s.last) < spoiltRest
}

// forgetParts gives the room of bundles back that are offered no more.
func (c *Client) forgetParts(but string) error {
	parts, err := filepath.Glob(filepath.Join(c.o.System, "*.part"))
	for _, name := range parts {
		if name != but {
			err = errors.Join(err, os.Remove(name))
		}
	}
	return err
}

func (c *Client) takeSystem(ctx context.Context, a *part, sum []byte, version release.Version) error {
	return c.read(ctx, release.BundlePath(sum), a.at, func(r io.Reader) error {
		return a.take(&told{r, c, release.Role + " " + version.String(), a.at, a.length})
	})
}

// part is a bundle that arrives. How much of it has come is the file's length:
// what a power cut spoils of it shows in the hash, and then it comes anew.
type part struct {
	file       *os.File
	at, length int64
}

func openPart(path string, length int64) (*part, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	at, err := f.Seek(0, io.SeekEnd)
	if err == nil && at > length {
		at, err = 0, f.Truncate(0)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &part{f, at, length}, nil
}

// Offset implements arrival.
func (p *part) Offset() int64 { return p.at }

// Complete implements arrival.
func (p *part) Complete() bool { return p.at == p.length }

// take appends what comes, and no more than there can be.
func (p *part) take(r io.Reader) error {
	n, err := io.Copy(io.NewOffsetWriter(p.file, p.at), io.LimitReader(r, p.length-p.at))
	p.at += n
	if err == nil && p.at < p.length {
		err = fmt.Errorf("%w: it ends at byte %d of %d", ErrLink, p.at, p.length)
	}
	return err
}

// proven reads the whole of it from the card.
func (p *part) proven(sum []byte) error {
	hash := sha256.New()
	if _, err := io.Copy(hash, io.NewSectionReader(p.file, 0, p.length)); err != nil {
		return err
	}
	if !bytes.Equal(hash.Sum(nil), sum) {
		return fmt.Errorf("%w: a bundle with hash %s", ErrReplaced, hex.EncodeToString(hash.Sum(nil))[:12])
	}
	return nil
}
