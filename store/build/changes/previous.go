package changes

import (
	"fmt"
	"os"
	"path/filepath"

	"checkpoint/store/snapshot"
)

// Previous finds the snapshot that m, in dir, replaces: of the directories
// beside dir the one with the highest number below m's that the officers of
// trust signed. A draft that nobody signed is passed over, or what was wrong
// with it would be taken for what was there before. It is empty when there is
// none.
func Previous(dir string, m snapshot.Manifest, trust snapshot.Trust) (string, error) {
	paths, err := beside(dir)
	if err != nil {
		return "", err
	}
	best, found := uint64(0), ""
	for _, path := range paths {
		if have, ok := accepted(path, trust); ok && have.Number < m.Number && have.Number > best {
			best, found = have.Number, path
		}
	}
	return found, nil
}

// beside lists what lies in the same directory as dir, dir included.
func beside(dir string) (paths []string, err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("look for snapshots beside: %w", err)
	}
	entries, err := os.ReadDir(filepath.Dir(dir))
	if err != nil {
		return nil, fmt.Errorf("look for snapshots beside: %w", err)
	}
	for _, entry := range entries {
		paths = append(paths, filepath.Join(filepath.Dir(dir), entry.Name()))
	}
	return paths, nil
}

// accepted is the manifest in path, if officers of trust signed it.
func accepted(path string, trust snapshot.Trust) (snapshot.Manifest, bool) {
	raw, signatures, err := snapshot.ReadBundle(path)
	if err != nil {
		return snapshot.Manifest{}, false // not a snapshot
	}
	m, err := snapshot.Accept(raw, signatures, trust)
	return m, err == nil
}
