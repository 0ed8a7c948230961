package main

import (
	"os"
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
