package release

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"path"
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
	Kind    string `json:"kind"`
	Version string `json:"version"`
}

// Custom is the custom data of a bundle's target.
func Custom(v Version) (*json.RawMessage, error) {
	b, err := json.Marshal(custom{Role, v.String()})
	return (*json.RawMessage)(&b), err
}

// FromCustom is the version that a target's custom data say.
func FromCustom(raw *json.RawMessage) (Version, error) {
	if raw == nil {
		return Version{}, errors.New("the target is no system: it has no version")
	}
	var c custom
	if err := json.Unmarshal(*raw, &c); err != nil {
		return Version{}, fmt.Errorf("the target's version: %w", err)
	}
	if c.Kind != Role {
		return Version{}, fmt.Errorf("the target is no system, but %q", c.Kind)
	}
	return Parse(c.Version)
}
