// Package beside finds the public test material that lies beside a checkout and
// is not part of it. It is for tests alone.
package beside

import (
	"os"
	"path/filepath"
	"testing"
)

// Path is a file or folder of the material, at any depth above the test's
// directory. It may not be there.
func Path(name string) string {
	dir, err := os.Getwd()
	if err != nil {
		return name
	}
	for {
		path := filepath.Join(dir, "shared", name)
		if _, err := os.Stat(path); err == nil || dir == filepath.Dir(dir) {
			return path
		}
		dir = filepath.Dir(dir)
	}
}

// Read gives a file's bytes, or leaves the test out where the material is not.
func Read(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(Path(name))
	if err != nil {
		t.Skipf("the public test data is not part of this repository and does not lie beside it: %v", err)
	}
	return b
}
