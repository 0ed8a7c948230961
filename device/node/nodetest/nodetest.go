// Package nodetest lays out a sysfs and a /dev for tests of what looks there.
package nodetest

import (
	"os"
	"path/filepath"
	"testing"
)

// Write makes a file with that text, and the folders that it lies in.
func Write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
