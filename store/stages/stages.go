// Package stages says which boxes take a snapshot when: some named ones first,
// then ever larger shares of all, each not before a time. Officers sign the
// plan together with the snapshot, as custom data of TUF's target (TUF 1.0.31,
// section 4.5), so that time alone carries a rollout on and no key is needed.
//
// A plan can only hold a signed snapshot back. It never names another one, and
// a pause, which needs no officer, only holds back longer, up to a time that
// the officers signed.
package stages

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// Everybody is the share of all boxes: shares count in 1/10,000.
const Everybody = 10_000

// Bounds of a plan, so that it fits into TUF's metadata many times over.
const (
	MaxCanaries = 100
	MaxStages   = 20
	MaxBoxID    = 32
	maxStopIf   = 32 // conditions, and bytes of each
)

// ErrPlan: a plan, or a pause, that does not hold together.
var ErrPlan = errors.New("rollout plan does not hold")

// Plan is one rollout. Times are whole seconds.
type Plan struct {
	Snapshot uint64 `json:"snapshot"` // the number that it was signed with
	// Rollout is the number of the snapshot that the rollout began with. It
	// draws the boxes of each stage, and names the rollout in a pause. Snapshots
	// that are published meanwhile and continue it carry it on.
	Rollout  uint64   `json:"rollout"`
	Canaries []string `json:"canaries,omitempty"` // boxes of the first stage, whatever their draw
	Stages   []Stage  `json:"stages"`
	// PauseUntil ends every pause: who wants to stop for longer must abort,
	// which officers sign.
	PauseUntil time.Time `json:"pause_until"`
	// StopIf are conditions, such as "faults>2%", under which whoever watches
	// pauses the rollout (sync/rollout reads them). Boxes do not look at them.
	StopIf []string `json:"stop_if,omitempty"`
}

// Stage is a part of the boxes. The last stage is everybody.
type Stage struct {
	Share     int       `json:"share"`      // 1/10,000 of all boxes, those of earlier stages included
	NotBefore time.Time `json:"not_before"` // as the box reckons the time, never early
}

// Options of a new plan.
type Options struct {
	Canaries []string      // ids; they form a stage of their own before the first share
	Shares   []int         // rising, the last is Everybody
	Begin    time.Time     // not-before of the first stage
	Wait     time.Duration // between two stages
	MaxPause time.Duration // after the last stage
	StopIf   []string
}

// New plans the rollout of a snapshot.
func New(snapshot uint64, o Options) (Plan, error) {
	p := Plan{Snapshot: snapshot, Rollout: snapshot, Canaries: slices.Compact(slices.Sorted(slices.Values(o.Canaries))), StopIf: o.StopIf}
	shares := o.Shares
	if len(p.Canaries) > 0 {
		shares = append([]int{0}, shares...)
	}
	at := o.Begin.UTC().Truncate(time.Second)
	for i, share := range shares {
		p.Stages = append(p.Stages, Stage{share, at.Add(time.Duration(i) * o.Wait)})
	}
	if len(p.Stages) > 0 {
		p.PauseUntil = p.Last().Add(o.MaxPause)
	}
	return p, p.validate()
}

func (p Plan) validate() error {
	switch n := len(p.Stages); {
	case p.Rollout == 0 || p.Snapshot < p.Rollout:
		return fmt.Errorf("%w: snapshot %d in the rollout of %d", ErrPlan, p.Snapshot, p.Rollout)
	case n == 0 || n > MaxStages:
		return fmt.Errorf("%w: %d stages, want 1 to %d", ErrPlan, n, MaxStages)
	case p.Stages[n-1].Share != Everybody:
		return fmt.Errorf("%w: the last stage must be 100%%, or some boxes would wait for ever", ErrPlan)
	case p.PauseUntil.Before(p.Last()):
		return fmt.Errorf("%w: pauses end before the last stage", ErrPlan)
	case len(p.StopIf) > maxStopIf || slices.ContainsFunc(p.StopIf, func(s string) bool { return len(s) > maxStopIf }):
		return fmt.Errorf("%w: too many or too long conditions to stop", ErrPlan)
	case len(p.Canaries) > MaxCanaries:
		return fmt.Errorf("%w: %d canaries, at most %d", ErrPlan, len(p.Canaries), MaxCanaries)
	}
	for _, id := range p.Canaries {
		if id == "" || len(id) > MaxBoxID {
			return fmt.Errorf("%w: canary %q: want a box id", ErrPlan, id)
		}
	}
	for i, s := range p.Stages {
		least := 1
		if i == 0 && len(p.Canaries) > 0 {
			least = 0 // the canaries alone
		}
		if i > 0 && (s.Share <= p.Stages[i-1].Share || s.NotBefore.Before(p.Stages[i-1].NotBefore)) || s.Share < least || s.Share > Everybody {
			return fmt.Errorf("%w: stage %d does not come after the one before", ErrPlan, i+1)
		}
	}
	return nil
}

// For is the same rollout, continued with a later snapshot: the same boxes at
// the same times.
func (p Plan) For(snapshot uint64) (Plan, error) {
	p.Snapshot = snapshot
	return p, p.validate()
}

// Of is the stage of a box, counted from 0.
func (p Plan) Of(box string) int {
	if slices.Contains(p.Canaries, box) {
		return 0
	}
	draw := Draw(p.Rollout, box)
	return slices.IndexFunc(p.Stages, func(s Stage) bool { return draw < s.Share })
}

// Begun is how many stages have begun.
func (p Plan) Begun(now time.Time) int {
	n, _ := slices.BinarySearchFunc(p.Stages, now, func(s Stage, t time.Time) int {
		return cmp.Or(s.NotBefore.Compare(t), -1) // at the very time it has begun
	})
	return n
}

// Last is when the last stage begins.
func (p Plan) Last() time.Time { return p.Stages[len(p.Stages)-1].NotBefore }

// Draw is a box's lot in a rollout, 0 to 9,999: other boxes are early each time.
func Draw(rollout uint64, box string) int {
	b := binary.BigEndian.AppendUint64([]byte("checkpoint rollout 1\x00"), rollout)
	sum := sha256.Sum256(append(b, box...))
	return int(binary.BigEndian.Uint64(sum[:8]) % Everybody)
}

// Equal tells whether two plans are the same; nil is no plan.
func Equal(a, b *Plan) bool {
	if a == nil || b == nil {
		return a == b
	}
	return bytes.Equal(a.encode(), b.encode())
}

func (p Plan) encode() []byte {
	b, err := json.Marshal(p)
	if err != nil {
		return nil // of times beyond the year 9999, which nothing here makes
	}
	return b
}

// custom is TUF's custom data of a target.
type custom struct {
	Rollout *Plan `json:"rollout,omitempty"`
}

// Custom is the plan as custom data of a target.
func (p Plan) Custom() (*json.RawMessage, error) {
	b, err := json.Marshal(custom{&p})
	raw := json.RawMessage(b)
	return &raw, err
}

// FromCustom reads the plan of snapshot out of a target's custom data; nil:
// there is none, so everybody takes it at once. A field that this version does
// not know is refused, for it may hold somebody back.
func FromCustom(raw *json.RawMessage, snapshot uint64) (*Plan, error) {
	if raw == nil {
		return nil, nil
	}
	var c custom
	if err := strict(*raw, &c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	if c.Rollout == nil {
		return nil, nil
	}
	if c.Rollout.Snapshot != snapshot {
		return nil, fmt.Errorf("%w: it is of snapshot %d, not %d", ErrPlan, c.Rollout.Snapshot, snapshot)
	}
	return c.Rollout, c.Rollout.validate()
}

// Decode reads the file of a plan, of whatever snapshot it is.
func Decode(b []byte) (*Plan, error) {
	var c custom
	if err := strict(b, &c); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	if c.Rollout == nil {
		return nil, fmt.Errorf("%w: the file holds none", ErrPlan)
	}
	return c.Rollout, c.Rollout.validate()
}

func strict(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}
