package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint/cmd/internal/rig"
)

func TestLimitIsHeldAgainstThe99thHundredth(t *testing.T) {
	v := rig.Values[time.Duration]{1, 2, 30}
	if r := within("x", v, 29, ""); r.met {
		t.Error("p99 of 30 ns passes for 29 ns")
	}
	if r := within("x", v, 30, ""); !r.met {
		t.Error("p99 of 30 ns does not pass for 30 ns")
	}
}

func TestSectionIsReplacedAndTheRestStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "docs", "benchmarks.md")
	check := func(text, want string) {
		t.Helper()
		if err := replaceSection(path, "lane", text); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	check("a\n", "<!-- lane:begin -->\na\n<!-- lane:end -->\n")
	check("b\n", "<!-- lane:begin -->\nb\n<!-- lane:end -->\n")
	if err := os.WriteFile(path, []byte("before\n<!-- lane:begin -->\nb\n<!-- lane:end -->\nafter\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	check("c\n", "before\n<!-- lane:begin -->\nc\n<!-- lane:end -->\nafter\n")
}

func TestSectionWithoutEndIsNotOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "benchmarks.md")
	if err := os.WriteFile(path, []byte("<!-- lane:begin -->\nsomebody's text\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := replaceSection(path, "lane", "new\n"); err == nil {
		t.Error("text after a lost end marker is replaced")
	}
}

func TestForgottenFileIsCold(t *testing.T) {
	f, err := os.CreateTemp(".", "cold*.test") // on the disk: /tmp may be memory
	if err != nil {
		t.Fatal(err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	var fs unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &fs); err == nil && fs.Type == unix.TMPFS_MAGIC {
		t.Skip("a file system in memory forgets nothing")
	}
	if _, err := f.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if held, pages, err := resident(f.Name()); err != nil || held != pages {
		t.Fatalf("just written: %d of %d pages, %v", held, pages, err)
	}
	if err := forget(f.Name()); err != nil {
		t.Fatal(err)
	}
	if held, _, err := resident(f.Name()); err != nil || held != 0 {
		t.Errorf("forgotten: %d pages in memory, %v", held, err)
	}
}
