package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pelletier/go-toml/v2"

	"checkpoint/store/durable"
)

// BuildFile says how the province builds its snapshots. It is no secret.
const BuildFile = "build.toml"

// Build is how a province builds its snapshots.
type Build struct {
	// Stretch makes record keys memory-hard: slower to build and to guess.
	Stretch bool `toml:"stretch"`
}

const buildText = `# Cách dựng bản dữ liệu / How snapshots of this province are built.
# stretch: khoá khó đoán hơn, dựng chậm hơn / record keys that are slow to guess, and slower to build
# (docs/threat-model.md)
stretch = %t
`

// WriteBuild keeps the choice beside the keys in dir.
func WriteBuild(dir string, b Build) error {
	if err := durable.Replace(filepath.Join(dir, BuildFile), fmt.Appendf(nil, buildText, b.Stretch), 0o644); err != nil {
		return fmt.Errorf("write how snapshots are built: %w", err)
	}
	return nil
}

// ReadBuild reads the choice beside the keys in dir. Where there is none, as on
// a builder that was given province.json and pepper alone, the stretch is on: a
// file that was forgotten must not make guessing cheap.
func ReadBuild(dir string) (Build, error) {
	b := Build{Stretch: true}
	path := filepath.Join(dir, BuildFile)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return b, nil
	}
	if err != nil {
		return b, fmt.Errorf("read how snapshots are built: %w", err)
	}
	defer f.Close()
	if err := toml.NewDecoder(f).DisallowUnknownFields().Decode(&b); err != nil {
		return b, fmt.Errorf("read how snapshots are built: %s: %w", path, err)
	}
	return b, nil
}
