package snapshot

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"checkpoint/store/lossfs"
)

func TestMain(m *testing.M) {
	if lossfs.Serve() {
		return
	}
	if asked, code := ServeExamination(os.Args, os.Stdin, os.Stderr); asked {
		os.Exit(code)
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // or each child takes a second longer
	m.Run()
}

func TestExamineTellsGoodFromBad(t *testing.T) {
	dir, ref := bigLayer(t, 3_000)
	if err := Examine(t.Context(), dir, ref); err != nil {
		t.Fatalf("a good layer: %v", err)
	}
	if err := Examine(t.Context(), t.TempDir(), ref); err == nil || errors.Is(err, ErrDamaged) {
		t.Errorf("no file: %v", err)
	}
	path := filepath.Join(dir, ref.FileName())
	if err := os.Truncate(path, 40<<10); err != nil {
		t.Fatal(err)
	}
	if err := Examine(t.Context(), dir, ref); !errors.Is(err, ErrDamaged) {
		t.Errorf("truncated: %v", err)
	}
}

// A page that points at itself would end the process that reads it; it ends
// the child.
func TestExamineSurvivesAFileThatKills(t *testing.T) {
	dir, ref := bigLayer(t, 3_000)
	path := filepath.Join(dir, ref.FileName())
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	circles := 0
	for id := uint64(2); id*pageSize < uint64(len(b)); id++ {
		page := b[id*pageSize:]
		if binary.LittleEndian.Uint16(page[8:]) != pageBranch { // flags: bbolt's page header
			continue
		}
		for n := range int(binary.LittleEndian.Uint16(page[10:])) {
			binary.LittleEndian.PutUint64(page[16+16*n+8:], id)
		}
		circles++
	}
	if circles == 0 {
		t.Fatal("the layer has no branch page")
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Examine(t.Context(), dir, ref); !errors.Is(err, ErrDamaged) {
		t.Error(err)
	}
}
