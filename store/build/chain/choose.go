package chain

import (
	"errors"
	"fmt"

	"checkpoint/store/snapshot"
)

// Choice is what to build next.
type Choice struct {
	Kind  snapshot.LayerKind
	Below *Snapshot // what the layer goes on; nil: a base stands alone
	Why   string    // for people
}

// Errors of Choose.
var (
	// ErrFull: the snapshot below has all the layers that a snapshot may have.
	ErrFull = errors.New("no layer goes on it any more")
	// ErrNothingBelow: a layer that is no base needs a snapshot.
	ErrNothingBelow = errors.New("there is no snapshot that the layer could go on")
)

// Choose decides what comes after the snapshots of list, which are in order: an
// hourly layer on the latest; when that is full, a daily one on the newest that
// has no hours, which so fold into a day; when days fill that one, a base. want
// asks for one kind; 0 does not.
func Choose(list []Snapshot, want snapshot.LayerKind) (Choice, error) {
	switch want {
	case snapshot.LayerBase:
		return Choice{Kind: want, Why: "as asked"}, nil
	case snapshot.LayerHourly:
		if len(list) == 0 {
			return Choice{}, ErrNothingBelow
		}
		return On(&list[len(list)-1], want)
	case snapshot.LayerDaily:
		below, ok := withoutHours(list)
		if !ok {
			return Choice{}, ErrNothingBelow
		}
		return On(below, want)
	}
	if len(list) == 0 {
		return Choice{Kind: snapshot.LayerBase, Why: "there is no snapshot yet"}, nil
	}
	latest := &list[len(list)-1]
	if n := len(latest.Manifest.Layers); n < snapshot.MaxLayers {
		return Choice{snapshot.LayerHourly, latest, fmt.Sprintf("the latest, with %d of %d layers", n, snapshot.MaxLayers)}, nil
	}
	if below, ok := withoutHours(list); ok && len(below.Manifest.Layers) < snapshot.MaxLayers {
		return Choice{snapshot.LayerDaily, below, fmt.Sprintf("snapshot %d has all %d layers: the hours since snapshot %d fold into a day", latest.Manifest.Number, snapshot.MaxLayers, below.Manifest.Number)}, nil
	}
	return Choice{Kind: snapshot.LayerBase, Why: fmt.Sprintf("snapshot %d has all %d layers, and no room for another day: all fold into a base", latest.Manifest.Number, snapshot.MaxLayers)}, nil
}

// On is a layer of that kind on one snapshot.
func On(below *Snapshot, kind snapshot.LayerKind) (Choice, error) {
	if n := len(below.Manifest.Layers); n >= snapshot.MaxLayers {
		return Choice{}, fmt.Errorf("snapshot %d has %d layers, which is all a snapshot may have: %w", below.Manifest.Number, n, ErrFull)
	}
	return Choice{Kind: kind, Below: below, Why: "as asked"}, nil
}

// withoutHours is the newest snapshot of base and days alone.
func withoutHours(list []Snapshot) (*Snapshot, bool) {
	return newest(list, func(s *Snapshot) bool { return !s.has(snapshot.LayerHourly) })
}

func newest(list []Snapshot, is func(s *Snapshot) bool) (*Snapshot, bool) {
	for i := len(list) - 1; i >= 0; i-- {
		if is(&list[i]) {
			return &list[i], true
		}
	}
	return nil, false
}
