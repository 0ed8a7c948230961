// Package snapshots holds the snapshot in use for the verifier: it opens what
// the box's store points at, switches when the pointer moves, and falls back
// to the snapshot before when a lookup could not be proven.
package snapshots

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"checkpoint/console/messages"
	"checkpoint/store/durable"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
	"checkpoint/sync/update"
	"checkpoint/verify"
	"checkpoint/verify/policy"
	"checkpoint/verify/trust"
	"checkpoint/verify/zones"
)

// Names below the daemon's state directory.
const (
	Dir        = "snapshot"
	UpdateDir  = "update"
	BoxKeyFile = "box.key"
	SiteFile   = "site" // the id of the site whose lists the box carries
)

// Store opens the snapshot store of a state directory, with the province's
// keys and the pepper that lie in it.
func Store(stateDir string) (*snapshot.Box, snapshot.Trust, error) {
	trust, err := snapshot.ReadTrust(filepath.Join(stateDir, keys.ProvinceFile))
	if err != nil {
		return nil, snapshot.Trust{}, err // what did not pass is not to be used in part
	}
	pepper, before, err := peppers(stateDir)
	if err != nil {
		return nil, trust, err
	}
	box := snapshot.NewBox(filepath.Join(stateDir, Dir), trust, pepper, before...)
	site, err := os.ReadFile(filepath.Join(stateDir, SiteFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, trust, fmt.Errorf("read the site's id: %w", err)
	}
	box.At(strings.TrimSpace(string(site)))
	// What cannot be read of later officers is fetched again by the next update,
	// which says so; until then those of province.json count.
	_ = update.Follow(box, trust.Snapshot, filepath.Join(stateDir, UpdateDir))
	return box, trust, nil
}

// peppers are the newest pepper and, of a box that was given it while its data
// were of another one, that one.
func peppers(stateDir string) (snapshot.Pepper, []snapshot.Pepper, error) {
	newest, err := snapshot.ReadPepper(filepath.Join(stateDir, keys.PepperFile))
	if err != nil {
		return newest, nil, err
	}
	before, err := snapshot.ReadPepper(filepath.Join(stateDir, keys.BeforeFile))
	if errors.Is(err, fs.ErrNotExist) {
		return newest, nil, nil
	}
	return newest, []snapshot.Pepper{before}, err
}

// Settle makes a state directory that of a site's box; empty: of none. It comes
// before [Store].
func Settle(stateDir, site string) error {
	path := filepath.Join(stateDir, SiteFile)
	if have, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(have)) == site || errors.Is(err, fs.ErrNotExist) && site == "" {
		return nil
	}
	return durable.Replace(path, []byte(site+"\n"), 0o644)
}

// Repepper has the store use the peppers that lie in the state directory now.
func Repepper(box *snapshot.Box, stateDir string) error {
	newest, before, err := peppers(stateDir)
	if err == nil {
		box.Peppers(newest, before...)
	}
	return err
}

// Check is what a snapshot must pass besides its proofs before it is switched
// to.
func Check(r *snapshot.Register) error {
	_, err := Policy(r.Manifest.Policy)
	return err
}

// Policy reads a policy: it compiles, passes its own tests, and gives no reason
// that the guard would have no words for.
func Policy(source []byte) (*policy.Policy, error) {
	p, err := policy.Parse(source)
	if err != nil {
		return nil, err
	}
	for _, r := range p.Rules() {
		if !messages.Knows(r.Reason) {
			return nil, fmt.Errorf("check policy: reason %q is not in the message catalogue", r.Reason)
		}
	}
	return p, nil
}

// Holder implements verify.Source. The zero Holder holds nothing and is of use
// to a box that has no snapshot yet.
type Holder struct {
	mu       sync.RWMutex // held for reading during a lookup
	data     *verify.Data
	register *snapshot.Register

	loading sync.Mutex // one reload at a time; guards what follows
	box     *snapshot.Box
	damaged uint64 // number of the newest snapshot found damaged
	fault   error
}

// NewHolder holds what box points at, after the first Reload. box may be nil
// until [Holder.Provide].
func NewHolder(box *snapshot.Box) *Holder { return &Holder{box: box} }

// Provide gives a holder without a store the one to look into.
func (h *Holder) Provide(box *snapshot.Box) {
	h.loading.Lock()
	defer h.loading.Unlock()
	h.box = box
}

// Acquire implements verify.Source.
func (h *Holder) Acquire() (*verify.Data, func()) {
	h.mu.RLock()
	return h.data, h.mu.RUnlock
}

// State is what the screen says about the data: the snapshot in use (nil:
// none), and why a newer one is not.
func (h *Holder) State() (*verify.Data, error) {
	h.loading.Lock()
	defer h.loading.Unlock()
	data, release := h.Acquire()
	defer release()
	return data, h.fault
}

// Reload opens the snapshot that the store points at, if it is another than
// the one in use. While it cannot be opened the one in use goes on serving;
// with none in use the snapshot before serves.
func (h *Holder) Reload() (changed bool, err error) {
	h.loading.Lock()
	defer h.loading.Unlock()
	return h.reload()
}

// Retry is Reload for somebody who has taken a snapshot in: one that was found
// damaged may have been taken in anew.
func (h *Holder) Retry() (changed bool, err error) {
	h.loading.Lock()
	defer h.loading.Unlock()
	h.damaged = 0
	return h.reload()
}

func (h *Holder) reload() (changed bool, err error) {
	if h.box == nil {
		h.fault = snapshot.ErrNone
		return false, h.fault
	}
	n, err := h.box.Current()
	if err != nil {
		h.fault = err
		return false, err
	}
	if h.data != nil && h.data.Number == n || h.damaged == n {
		return false, h.fault
	}
	if err = h.use(h.box.Open()); err == nil {
		h.fault = nil
		return true, nil
	}
	h.fault = err
	if h.data == nil {
		changed = h.use(h.box.OpenPrevious(n)) == nil
	}
	return changed, err
}

// Damaged is told by the verifier that a lookup in snapshot n was not proven.
// The snapshot before takes over; without one n goes on, fault by fault.
func (h *Holder) Damaged(n uint64, cause error) {
	h.loading.Lock()
	defer h.loading.Unlock()
	if h.data == nil || h.data.Number != n {
		return
	}
	h.damaged, h.fault = n, cause
	if err := h.use(h.box.OpenPrevious(n)); err != nil && !errors.Is(err, snapshot.ErrNone) {
		h.fault = fmt.Errorf("%w; the snapshot before: %w", cause, err)
	}
}

// use puts an opened register in the place of the one in use, which is closed
// once its lookups have ended.
func (h *Holder) use(r *snapshot.Register, err error) error {
	if err != nil {
		return err
	}
	rules, err := Policy(r.Manifest.Policy)
	if err != nil {
		r.Close()
		return err
	}
	if r.ListFault != nil {
		slog.Error("lists of the site are not served", "snapshot", r.Manifest.Number, "error", r.ListFault)
	}
	h.mu.Lock()
	old := h.register
	h.register = r
	h.data = &verify.Data{Register: r, Policy: rules, Number: r.Manifest.Number, Created: r.Manifest.CreatedAt(), Trusted: trusted(r.Manifest), Zones: levels(r.Manifest)}
	h.mu.Unlock()
	if old != nil {
		old.Close()
	}
	return nil
}

// trusted reads whose signed papers are believed. A list that is missing or
// cannot be read costs these papers and nothing else.
func trusted(m snapshot.Manifest) *trust.List {
	if len(m.Trusted) == 0 {
		return nil
	}
	list, err := trust.Parse(m.Trusted)
	if err != nil {
		slog.Error("signed papers cannot be verified", "snapshot", m.Number, "error", err)
		return nil
	}
	return list
}

// levels reads the levels of communes. Without them rules see level 0.
func levels(m snapshot.Manifest) *zones.Table {
	if len(m.Zones) == 0 {
		return nil
	}
	table, err := zones.Parse(m.Zones)
	if err != nil {
		slog.Error("levels of communes cannot be read", "snapshot", m.Number, "error", err)
	}
	return table
}

// Close ends the holding; Acquire then gives nothing.
func (h *Holder) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.register != nil {
		h.register.Close()
	}
	h.register, h.data = nil, nil
}
