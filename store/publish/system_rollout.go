package publish

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"checkpoint/store/tufkeys"
)

// SystemRollout is how the newest system goes out.
type SystemRollout struct {
	SystemOffer
	Paused bool
}

// SystemRollout tells how the newest system goes out. Where none is offered Holds
// is false.
func (r *Repo) SystemRollout() (SystemRollout, error) {
	root, err := r.root()
	if err != nil || root == nil {
		return SystemRollout{}, err
	}
	return r.systemRollout(root)
}

func (r *Repo) systemRollout(root *tufkeys.Root) (now SystemRollout, err error) {
	m, err := r.system(root)
	if err != nil || m == nil {
		return now, err
	}
	if now.SystemOffer, err = offerOf(m); err != nil {
		return now, err
	}
	now.Holds = true
	if now.Plan == nil {
		return now, nil
	}
	paused, err := r.paused()
	now.Paused = paused.System == now.Plan.Rollout
	return now, err
}

// PauseSystem has boxes that have not fetched the newest system yet stay without
// it, until [Repo.ResumeSystem], another system, or the time that officers set.
func (r *Repo) PauseSystem(online ed25519.PrivateKey) (SystemRollout, error) {
	return r.setSystemPause(online, true)
}

// ResumeSystem takes that back. Stages whose time has come meanwhile go together.
func (r *Repo) ResumeSystem(online ed25519.PrivateKey) (SystemRollout, error) {
	return r.setSystemPause(online, false)
}

func (r *Repo) setSystemPause(online ed25519.PrivateKey, pause bool) (now SystemRollout, err error) {
	unlock, err := r.lock()
	if err != nil {
		return now, err
	}
	defer unlock()
	root, err := r.root()
	if err != nil {
		return now, err
	}
	if root == nil {
		return now, errors.New("the repository has no root")
	}
	if now, err = r.systemRollout(root); err != nil {
		return now, err
	}
	switch {
	case !now.Holds:
		return now, fmt.Errorf("%w: no system is offered", ErrRollout)
	case now.Plan == nil:
		return now, fmt.Errorf("%w: system %s went to everybody at once", ErrRollout, now.Version)
	case pause && !r.now().Before(now.Plan.PauseUntil):
		return now, fmt.Errorf("%w: officers allowed pauses until %s: offer a newer system instead", ErrRollout, now.Plan.PauseUntil.Format(time.RFC3339))
	case now.Paused == pause:
		return now, nil
	}
	data, err := r.Rollout()
	if err != nil {
		return now, err
	}
	pauses, err := r.paused()
	if err != nil {
		return now, err
	}
	pauses.System = 0
	if pause {
		pauses.System = now.Plan.Rollout
	}
	if err := errors.Join(r.say(root, online, int64(data.Snapshot), pauses), r.tidy()); err != nil {
		return now, fmt.Errorf("pause or resume rollout of a system: %w", err)
	}
	now.Paused = pause
	return now, nil
}
