package stages

import (
	"fmt"
	"strconv"
)

// pauseField is a field of TUF's timestamp beyond the specification's, which
// lets them be and signs them (section 4.3). The key that signs it could always
// have kept the newest snapshot from boxes; so a pause gives it no new power.
const pauseField = "paused_rollout"

// SetPause says in a timestamp's further fields which rollout is paused; 0: none.
// The number is text: JSON's are not exact beyond 2^53.
func SetPause(fields map[string]any, rollout uint64) map[string]any {
	if rollout == 0 {
		delete(fields, pauseField)
		return fields
	}
	if fields == nil {
		fields = map[string]any{}
	}
	fields[pauseField] = strconv.FormatUint(rollout, 10)
	return fields
}

// Paused is the rollout that a timestamp's further fields say is paused; 0: none.
func Paused(fields map[string]any) (uint64, error) {
	v, there := fields[pauseField]
	if !there {
		return 0, nil
	}
	text, _ := v.(string)
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%w: pause of no rollout", ErrPlan)
	}
	return n, nil
}
