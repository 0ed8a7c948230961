package publish

import (
	"fmt"
	"os"
	"path/filepath"

	"checkpoint/store/system"
)

// lock keeps those apart that change what the online key says: a nightly
// refresh must not overwrite the pause that somebody sets at that moment.
func (r *Repo) lock() (unlock func(), err error) {
	if err := os.MkdirAll(r.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("lock repository: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(r.Dir, "lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock repository: %w", err)
	}
	if err := system.Lock(f); err != nil {
		f.Close()
		return nil, fmt.Errorf("lock repository: %w", err)
	}
	return func() { f.Close() }, nil
}
