package stages

import (
	"fmt"
	"strconv"
)

// Fields of TUF's timestamp beyond the specification's, which lets them be and
// signs them (section 4.3). The key that signs it could always have kept the
// newest snapshot, and the newest system, from boxes; so a pause gives it no new
// power.
const (
	pauseField       = "paused_rollout"
	systemPauseField = "paused_system_rollout"
)

// Pauses are the rollouts that are paused, by their numbers; 0: none.
type Pauses struct {
	Data   uint64 // of a snapshot
	System uint64 // of a system
}

// SetPauses says in a timestamp's further fields which rollouts are paused. The
// numbers are text: JSON's are not exact beyond 2^53.
func SetPauses(fields map[string]any, p Pauses) map[string]any {
	for name, rollout := range map[string]uint64{pauseField: p.Data, systemPauseField: p.System} {
		if rollout == 0 {
			delete(fields, name)
			continue
		}
		if fields == nil {
			fields = map[string]any{}
		}
		fields[name] = strconv.FormatUint(rollout, 10)
	}
	return fields
}

// Paused are the rollouts that a timestamp's further fields say are paused.
func Paused(fields map[string]any) (p Pauses, err error) {
	for name, into := range map[string]*uint64{pauseField: &p.Data, systemPauseField: &p.System} {
		v, there := fields[name]
		if !there {
			continue
		}
		text, _ := v.(string)
		if *into, err = strconv.ParseUint(text, 10, 64); err != nil || *into == 0 {
			return Pauses{}, fmt.Errorf("%w: %s: pause of no rollout", ErrPlan, name)
		}
	}
	return p, nil
}
