package update

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"checkpoint/store/durable"
)

// floors are what this box must never go below again. They are all that is
// kept of the metadata, beside the roots: the rest is fetched anew each time (5
// KB), so that there is no cache that could be lost, torn or out of step.
type floors struct {
	Timestamp int64     `json:"timestamp"` // versions
	Snapshot  int64     `json:"snapshot"`
	Number    uint64    `json:"number"` // newest snapshot that the officers signed
	Time      time.Time `json:"time"`   // when that was made: it is at least so late
	Until     time.Time `json:"until"`  // when the metadata last heard expire
}

const floorsFile = "floors.json"

// readFloors gives none when the file is lost or not readable: then the
// snapshot in use is the floor.
func readFloors(dir string) (f floors, err error) {
	b, err := os.ReadFile(filepath.Join(dir, floorsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	if err != nil {
		return floors{}, fmt.Errorf("read update floors: %w", err)
	}
	return f, nil
}

func (f floors) write(dir string) error {
	b, err := json.Marshal(f)
	if err == nil {
		err = durable.Replace(filepath.Join(dir, floorsFile), append(b, '\n'), 0o600)
	}
	if err != nil {
		return fmt.Errorf("keep update floors: %w", err)
	}
	return nil
}
