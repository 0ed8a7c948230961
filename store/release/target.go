package release

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"

	"checkpoint/store/stages"
)

// In a repository (store/snapshot) a system is offered beside the snapshots:
//
//	N.system.json                 TUF targets metadata, signed by the officers
//	targets/SHA256.system.raucb   the bundle
//
// The snapshot metadata name the N in force. Systems and snapshots come at their
// own pace, so neither's officers have to sign the other.

// Role is the name of that metadata.
const Role = "system"

// TargetName is the bundle's name in it.
const TargetName = "system.raucb"

// BundlePath is where a repository keeps the bundle with this SHA-256.
func BundlePath(sum []byte) string {
	return path.Join("targets", hex.EncodeToString(sum)+"."+TargetName)
}

// custom is what officers sign about the bundle beside its length and hash (TUF
// 1.0.31, section 4.5).
type custom struct {
	Kind    string       `json:"kind"`
	Version string       `json:"version"`
	Rollout *stages.Plan `json:"rollout,omitempty"`
}

// Custom is the custom data of a bundle's target. Boxes of before there were plans
// read the version alone, and do not wait.
func Custom(v Version, plan *stages.Plan) (*json.RawMessage, error) {
	b, err := json.Marshal(custom{Role, v.String(), plan})
	return (*json.RawMessage)(&b), err
}

// FromCustom is what the target's custom data of offer number say: the version, and
// which boxes take it when; no plan: all at once.
func FromCustom(raw *json.RawMessage, number int64) (Version, *stages.Plan, error) {
	if raw == nil {
		return Version{}, nil, errors.New("the target is no system: it has no version")
	}
	var c struct {
		custom
		Rollout json.RawMessage `json:"rollout"` // read strictly: what is not known may hold somebody back
	}
	if err := json.Unmarshal(*raw, &c); err != nil {
		return Version{}, nil, fmt.Errorf("the target's version: %w", err)
	}
	if c.Kind != Role {
		return Version{}, nil, fmt.Errorf("the target is no system, but %q", c.Kind)
	}
	v, err := Parse(c.Version)
	if err != nil || c.Rollout == nil {
		return v, nil, err
	}
	alone, err := json.Marshal(map[string]json.RawMessage{"rollout": c.Rollout})
	if err != nil {
		return v, nil, err
	}
	plan, err := stages.FromCustom((*json.RawMessage)(&alone), uint64(number))
	return v, plan, err
}
