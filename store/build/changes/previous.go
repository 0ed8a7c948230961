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
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("look for the snapshot before: %w", err)
	}
	beside, err := os.ReadDir(filepath.Dir(dir))
	if err != nil {
		return "", fmt.Errorf("look for the snapshot before: %w", err)
	}
	best, found := uint64(0), ""
	for _, entry := range beside {
		path := filepath.Join(filepath.Dir(dir), entry.Name())
		raw, signatures, err := snapshot.ReadBundle(path)
		if err != nil {
			continue // not a snapshot
		}
		if have, err := snapshot.Accept(raw, signatures, trust); err == nil && have.Number < m.Number && have.Number > best {
			best, found = have.Number, path
		}
	}
	return found, nil
}
