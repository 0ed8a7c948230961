package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// State is the retained word that says how a box or a collector is.
type State string

// The state words. A collector uses Ready, Disconnected and Lost only.
const (
	Init         State = "init"         // connected, not working yet
	Ready        State = "ready"        // working
	Disconnected State = "disconnected" // stopped on purpose
	Sleeping     State = "sleeping"     // switched itself to rest
	Lost         State = "lost"         // the broker's last word for it
)

// ParseState reads one of the state words.
func ParseState(b []byte) (State, error) {
	switch s := State(b); s {
	case Init, Ready, Disconnected, Sleeping, Lost:
		return s, nil
	}
	return "", fmt.Errorf("unknown state word of %d bytes", len(b))
}

// Info is what a box tells of itself, retained. It names machines and
// versions, never people. JSON, so that a technician can read it off the broker.
type Info struct {
	Software string   `json:"software"`           // version of the daemon
	Lanes    []string `json:"lanes,omitempty"`    // lane names
	Snapshot uint64   `json:"snapshot,omitempty"` // number of the snapshot in use; 0: none
}

const maxInfo = 4 << 10

// maxSoftware is how long a version is that somebody shows, in bytes.
const maxSoftware = 64

// Showable tells whether a box's word for its version is short, and fit for a
// page or a terminal.
func Showable(software string) bool {
	return len(software) <= maxSoftware && !strings.ContainsFunc(software, func(r rune) bool { return r <= ' ' || r > '~' })
}

// Encode writes the info as JSON.
func (i Info) Encode() ([]byte, error) {
	b, err := json.Marshal(i)
	if err != nil {
		return nil, fmt.Errorf("encode info: %w", err)
	}
	if len(b) > maxInfo {
		return nil, fmt.Errorf("encode info: %d bytes, at most %d", len(b), maxInfo)
	}
	return b, nil
}

// DecodeInfo reads what [Info.Encode] wrote. Unknown keys are let pass: an
// older collector must be able to show a newer box.
func DecodeInfo(b []byte) (Info, error) {
	if len(b) > maxInfo {
		return Info{}, fmt.Errorf("decode info: %d bytes, at most %d", len(b), maxInfo)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	var i Info
	if err := d.Decode(&i); err != nil {
		return Info{}, fmt.Errorf("decode info: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Info{}, fmt.Errorf("decode info: more than one value")
	}
	return i, nil
}
