package changes

import (
	"fmt"
	"slices"

	"checkpoint/store/snapshot"
)

// Origin is the signed snapshot whose layers another one brings back.
type Origin struct {
	Dir      string // empty: none was found
	Manifest snapshot.Manifest
	Same     bool // everything but the number is the same
}

// FindOrigin looks beside dir, and in the directories also named, for the
// signed snapshot that m goes back to: one with the same layers and a lower
// number. One that is the same in all the rest too comes first, then the newest.
func FindOrigin(dir string, m snapshot.Manifest, trust snapshot.Trust, also ...string) (best Origin, err error) {
	beside, err := beside(dir)
	if err != nil {
		return best, err
	}
	for _, path := range append(beside, also...) {
		have, ok := accepted(path, trust)
		if !ok || have.Number >= m.Number || !slices.Equal(roots(have), roots(m)) {
			continue
		}
		same, err := sameButNumber(have, m)
		if err != nil {
			return best, err
		}
		if best.Dir == "" || same && !best.Same || same == best.Same && have.Number > best.Manifest.Number {
			best = Origin{path, have, same}
		}
	}
	return best, nil
}

func roots(m snapshot.Manifest) (list []snapshot.Digest) {
	for _, l := range m.Layers {
		list = append(list, l.Root)
	}
	return list
}

func sameButNumber(a, b snapshot.Manifest) (bool, error) {
	a.Number = b.Number
	x, err := snapshot.EncodeManifest(a)
	if err != nil {
		return false, fmt.Errorf("compare manifests: %w", err)
	}
	y, err := snapshot.EncodeManifest(b)
	if err != nil {
		return false, fmt.Errorf("compare manifests: %w", err)
	}
	return string(x) == string(y), nil
}
