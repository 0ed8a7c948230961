package snapshot

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"checkpoint/store/durable"
	"checkpoint/store/system"
)

// Box is the snapshot store of a box: layers, the manifests that name them,
// and one pointer to the manifest in use.
//
//	DIR/current              number of the snapshot in use; the one atomic switch
//	DIR/manifests/N/         manifest.cbor, signatures.cbor
//	DIR/layers/ROOT.layer    shared between manifests
//	DIR/arriving/ROOT.layer  on their way in, see [Arrival]
//	DIR/incoming/ROOT.layer  being copied from a stick, for the time of a Load
//	DIR/damaged/ROOT.layer   the last one found damaged, for those who ask why
type Box struct {
	dir string

	mu      sync.Mutex
	peppers []Pepper // the newest first; a layer says which one it was built with
	trust   Trust    // takes snapshots in
	former  []KeySet // still open what was taken in before
	site    string   // whose lists the box carries
}

// NewBox opens the store in dir; directories are made when something is loaded.
// Peppers from before the newest open what was built with them.
func NewBox(dir string, trust Trust, pepper Pepper, before ...Pepper) *Box {
	return &Box{dir: dir, trust: trust, peppers: append([]Pepper{pepper}, before...)}
}

// Peppers changes them: the box was given a new one.
func (b *Box) Peppers(pepper Pepper, before ...Pepper) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.peppers = append([]Pepper{pepper}, before...)
}

// pepperOf is the pepper that a snapshot's layers were built with. Where the
// box has none of that, the newest will do: it is the one that the fault names.
func (b *Box) pepperOf(m Manifest) Pepper {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range b.peppers {
		if len(m.Layers) > 0 && m.Layers[0].Header.Pepper == p.ID() {
			return p
		}
	}
	return b.peppers[0]
}

// ErrNone: no snapshot was ever loaded.
var ErrNone = errors.New("no snapshot loaded")

// ErrBusy: somebody else takes a snapshot in.
var ErrBusy = errors.New("another update is running")

// Current is the number of the snapshot in use.
func (b *Box) Current() (uint64, error) {
	text, err := os.ReadFile(filepath.Join(b.dir, "current"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, ErrNone
	}
	if err != nil {
		return 0, fmt.Errorf("read current snapshot: %w", err)
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("read current snapshot: %w: pointer holds no number", ErrDamaged)
	}
	return n, nil
}

// Open opens the snapshot in use and probes each layer.
func (b *Box) Open() (*Register, error) {
	n, err := b.Current()
	if err != nil {
		return nil, err
	}
	return b.OpenNumber(n)
}

// OpenNumber opens one of the snapshots kept.
func (b *Box) OpenNumber(n uint64) (*Register, error) {
	raw, signatures, err := ReadBundle(b.manifestDir(n))
	if err != nil {
		return nil, err
	}
	m, err := b.acceptKept(raw, signatures)
	if err != nil {
		return nil, fmt.Errorf("open snapshot %d: %w", n, err)
	}
	return open(b.layersDir(), m, b.pepperOf(m))
}

// OpenPrevious opens the newest kept snapshot below n: what serves when n is
// damaged.
func (b *Box) OpenPrevious(n uint64) (*Register, error) {
	kept, err := b.Kept()
	if err != nil {
		return nil, err
	}
	var faults []error
	for _, k := range slices.Backward(kept) {
		if k >= n {
			continue
		}
		r, err := b.OpenNumber(k)
		if err == nil {
			return r, nil
		}
		faults = append(faults, err)
	}
	return nil, errors.Join(append(faults, ErrNone)...)
}

func open(layersDir string, m Manifest, p Pepper) (*Register, error) {
	r := &Register{Manifest: m, pepper: p}
	for _, ref := range m.Layers {
		l, err := OpenLayer(layersDir, ref)
		if err == nil {
			err = l.Probe(p)
		}
		if err != nil && ref.Header.Kind == LayerSite { // a list is not worth going without data
			r.ListFault = err
			if l != nil {
				l.Close()
			}
			continue
		}
		if l != nil {
			r.layers = append(r.layers, l)
		}
		if err != nil {
			r.Close()
			return nil, fmt.Errorf("open snapshot %d: %w", m.Number, err)
		}
	}
	return r, nil
}

// Incoming is what a load reports while it works.
type Incoming struct {
	// Check is asked before the switch, with everything opened and proven:
	// the place to compile the policy and run its tests. It may be nil.
	Check func(*Register) error
	// Latest is the latest creation time that is believed, see [Latest]. Zero:
	// nothing is known of the time.
	Latest time.Time
	// Progress gets bytes copied or blocks verified, of all of that step.
	Progress func(step string, done, all int64)
}

// Load takes a snapshot directory in: signatures, then every block, then the
// probe record, then Check; only then does the pointer move. Until that rename
// the snapshot before stays in use, and it is kept afterwards. Loading the
// snapshot in use again does nothing; an older one is refused.
func (b *Box) Load(from string, in Incoming) (Manifest, error) {
	raw, signatures, err := ReadBundle(from)
	if err != nil {
		return Manifest{}, err
	}
	m, err := b.Accept(raw, signatures)
	if err != nil {
		return m, fmt.Errorf("load snapshot: %w", err)
	}
	if err := m.NotAfter(in.latest()); err != nil {
		return m, fmt.Errorf("load snapshot: %w", err)
	}
	unlock, err := b.lock()
	if err != nil {
		return m, fmt.Errorf("load snapshot: %w", err)
	}
	defer unlock()
	if done, err := b.loaded(m, raw); done || err != nil {
		return m, err
	}
	if err := errors.Join(os.RemoveAll(b.incomingDir()), b.roomToCopy(from, m)); err != nil {
		return m, fmt.Errorf("load snapshot %d: %w", m.Number, err)
	}
	if err := b.takeIn(from, m, in); err != nil {
		return m, fmt.Errorf("load snapshot %d: %w", m.Number, err)
	}
	return m, b.use(m, raw, signatures, in)
}

// use switches to a snapshot whose layers are all there.
func (b *Box) use(m Manifest, raw []byte, signatures []Signature, in Incoming) error {
	if err := b.check(m, in); err != nil {
		return fmt.Errorf("load snapshot %d: %w", m.Number, err)
	}
	if err := b.keep(m.Number, raw, signatures); err != nil {
		return fmt.Errorf("load snapshot %d: %w", m.Number, err)
	}
	if err := durable.Replace(filepath.Join(b.dir, "current"), []byte(strconv.FormatUint(m.Number, 10)+"\n"), 0o644); err != nil {
		return fmt.Errorf("switch to snapshot %d: %w", m.Number, err)
	}
	return b.tidy(m.Number, nil)
}

// loaded refuses what is older than the snapshot in use, and another one under
// its number.
func (b *Box) loaded(m Manifest, raw []byte) (bool, error) {
	now, err := b.Current()
	if errors.Is(err, ErrNone) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if m.Number < now {
		return false, fmt.Errorf("load snapshot: %w: number %d is older than %d, which is in use", ErrUntrusted, m.Number, now)
	}
	if m.Number > now {
		return false, nil
	}
	if have, _, err := ReadBundle(b.manifestDir(now)); err == nil && !bytes.Equal(have, raw) {
		return false, fmt.Errorf("load snapshot: %w: number %d is in use with other contents", ErrUntrusted, now)
	}
	r, err := b.Open()
	if err != nil {
		return false, nil // the copy in use is damaged: take it in anew
	}
	defer r.Close()
	return true, nil
}

func (b *Box) takeIn(from string, m Manifest, in Incoming) error {
	if err := durable.MkdirAll(b.layersDir(), 0o755); err != nil {
		return err
	}
	for _, ref := range m.Layers {
		if err := b.takeLayer(LayersDir(from), ref, in); err != nil {
			return err
		}
	}
	return nil
}

// check opens a snapshot, probes it and asks whoever wants to be asked.
func (b *Box) check(m Manifest, in Incoming) error {
	r, err := open(b.layersDir(), m, b.pepperOf(m))
	if err != nil {
		return err
	}
	defer r.Close()
	if in.Check == nil {
		return nil
	}
	return in.Check(r)
}

// takeLayer copies a layer that is not there yet, and proves every block of
// the copy before it gets its name.
func (b *Box) takeLayer(from string, ref LayerRef, in Incoming) error {
	final := filepath.Join(b.layersDir(), ref.FileName())
	if l, err := OpenLayer(b.layersDir(), ref); err == nil {
		defer l.Close()
		if l.VerifyAll(nil) == nil {
			return nil
		}
	}
	incoming := b.incomingDir()
	if err := durable.MkdirAll(incoming, 0o755); err != nil {
		return err
	}
	temp := filepath.Join(incoming, ref.FileName())
	defer os.Remove(temp)
	if err := copyFile(filepath.Join(from, ref.FileName()), temp, in.counter("copy", from, ref)); err != nil {
		return err
	}
	l, err := OpenLayer(incoming, ref)
	if err != nil {
		return err
	}
	err = errors.Join(l.VerifyAll(func(done, all uint32) { in.report("verify", int64(done), int64(all)) }), l.Close())
	if err != nil {
		return err
	}
	return durable.Publish(temp, final)
}

func (in Incoming) latest() time.Time {
	if in.Latest.IsZero() {
		return Latest(time.Time{}, false)
	}
	return in.Latest
}

func (in Incoming) report(step string, done, all int64) {
	if in.Progress != nil {
		in.Progress(step, done, all)
	}
}

func (in Incoming) counter(step, dir string, ref LayerRef) func(int64) {
	var done, all int64
	if info, err := os.Stat(filepath.Join(dir, ref.FileName())); err == nil {
		all = info.Size()
	}
	return func(n int64) {
		done += n
		in.report(step, done, all)
	}
}

func (b *Box) keep(n uint64, manifest []byte, signatures []Signature) error {
	dir := b.manifestDir(n)
	if err := durable.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	s, err := EncodeSignatures(signatures)
	if err != nil {
		return err
	}
	return errors.Join(durable.Replace(filepath.Join(dir, manifestName), manifest, 0o644), durable.Replace(filepath.Join(dir, signaturesName), s, 0o644), durable.SyncDir(filepath.Dir(dir)))
}

// Kept lists the numbers of the snapshots on the box, rising.
func (b *Box) Kept() ([]uint64, error) {
	entries, err := os.ReadDir(filepath.Join(b.dir, "manifests"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list snapshots: %w", err)
	}
	var kept []uint64
	for _, e := range entries {
		if n, err := strconv.ParseUint(e.Name(), 10, 64); err == nil {
			kept = append(kept, n)
		}
	}
	slices.Sort(kept)
	return kept, nil
}

// lock keeps two loads apart, also of two processes.
func (b *Box) lock() (unlock func(), err error) {
	if err := durable.MkdirAll(b.dir, 0o755); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(b.dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := system.TryLock(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return func() { f.Close() }, nil
}

func (b *Box) layersDir() string { return filepath.Join(b.dir, layersName) }

func (b *Box) manifestDir(n uint64) string {
	return filepath.Join(b.dir, "manifests", strconv.FormatUint(n, 10))
}
