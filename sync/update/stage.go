package update

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/theupdateframework/go-tuf/v2/metadata"

	"checkpoint/store/snapshot"
	"checkpoint/store/stages"
)

// Held says why a box that knows of a newer snapshot does not take it yet.
type Held struct {
	Stage     int       // counted from 1
	Of        int       // stages
	NotBefore time.Time // when the box's stage begins
	Paused    bool      // the province paused the rollout
}

var errMeanwhile = errors.New("the rollout changed while layers came")

// pauses are the rollouts that the timestamp says are paused.
func (c *chain) pauses() (stages.Pauses, error) {
	p, err := stages.Paused(c.trusted.Timestamp.Signed.UnrecognizedFields)
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrPlan, err)
	}
	return p, err
}

// held tells whether the box waits with an offer. One that was given no id is
// not part of a rollout, and one without data does not wait for any.
func (c *Client) held(o offer) *Held {
	now, err := c.o.Box.Current()
	if err != nil || now >= o.manifest.Number {
		return nil
	}
	return c.waits(o.plan, o.paused, o.now)
}

// waits tells whether a plan lets the box wait at a time, when a rollout is paused.
func (c *Client) waits(plan *stages.Plan, paused uint64, now time.Time) *Held {
	if plan == nil || c.o.ID == "" {
		return nil
	}
	stage := plan.Of(c.o.ID)
	h := Held{Stage: stage + 1, Of: len(plan.Stages), NotBefore: plan.Stages[stage].NotBefore}
	h.Paused = paused == plan.Rollout && now.Before(plan.PauseUntil)
	if !h.Paused && !now.Before(h.NotBefore) {
		return nil
	}
	return &h
}

func (c *Client) setHeld(h *Held) {
	c.mu.Lock()
	before := c.status.Held
	c.status.Held = h
	c.mu.Unlock()
	if h != nil && (before == nil || *before != *h) {
		c.o.Log.Info("newer snapshot waits for its stage", "stage", h.Stage, "not_before", h.NotBefore, "paused", h.Paused)
	}
}

// mendHeld fetches damaged layers of the snapshot in use again, while a newer
// one waits. The newer one is taken only if the server has them no more: data
// that cannot be proven check nobody.
func (c *Client) mendHeld(ctx context.Context, newer offer) (bool, error) {
	now, err := c.o.Box.Current()
	if err != nil {
		return false, err
	}
	o := offer{}
	if o.raw, o.signatures, o.manifest, err = c.o.Box.Signed(now); err != nil {
		return false, err
	}
	changed, err := c.takeIn(ctx, o)
	if errors.Is(err, fs.ErrNotExist) {
		c.o.Log.Warn("damaged layers are not to be had any more: the newer snapshot is taken before its stage", "error", err)
		newer.plan = nil
		return c.takeIn(ctx, newer)
	}
	return changed, err
}

// stillOffered asks once more after layers came, which may take hours: a pause,
// or a snapshot in the place of this one, is heeded. Who cannot be asked does
// not hold up what was decided.
func (c *Client) stillOffered(ctx context.Context, o offer) error {
	if o.plan == nil {
		return nil
	}
	again, err := c.newest(ctx)
	if err != nil {
		c.o.Log.Info("not asked again before the switch", "error", err)
		return ctx.Err()
	}
	if again.manifest.Number == o.manifest.Number && c.held(again) == nil {
		return nil
	}
	return errMeanwhile
}

// planned reads the rollout's plan that officers signed with the snapshot.
func (o *offer) planned(roots *chain, number uint64) (err error) {
	file := roots.trusted.Targets[metadata.TARGETS].Signed.Targets[snapshot.TargetName]
	if o.plan, err = stages.FromCustom(file.Custom, number); err != nil {
		return fmt.Errorf("%w: %w", ErrPlan, err)
	}
	pauses, err := roots.pauses()
	o.paused, o.now = pauses.Data, roots.trusted.RefTime
	return err
}
