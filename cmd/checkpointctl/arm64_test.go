package main_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"checkpoint/scanner/qr/frames"
)

// A box is an arm64 machine, which fuses multiplications with additions: the
// last bits of every fit differ there, and what is read must not.
func TestBothMachinesReadTheSame(t *testing.T) {
	dir := t.TempDir()
	var files []string
	for _, kind := range []frames.Kind{frames.Card, frames.Small, frames.Phone, frames.Several, frames.Scene} {
		for n := range uint64(3) {
			f := frames.Make(kind, 11, n, -1)
			name := filepath.Join(dir, fmt.Sprintf("%s-%d.pgm", kind, n))
			pgm := fmt.Appendf(nil, "P5\n%d %d\n255\n", frames.Width, frames.Height)
			if err := os.WriteFile(name, append(pgm, f.Pix...), 0o600); err != nil {
				t.Fatal(err)
			}
			files = append(files, name)
		}
	}
	here := decoded(t, dir, runtime.GOARCH, nil, files)
	box := decoded(t, dir, "arm64", []string{"qemu-aarch64"}, files)
	read := 0
	for i := range files {
		read += len(here[i])
		if !slices.Equal(here[i], box[i]) {
			t.Errorf("%s: read here %v, on arm64 %v", filepath.Base(files[i]), here[i], box[i])
		}
	}
	if read == 0 {
		t.Error("nothing was read: nothing was compared")
	}
}

// decoded is what checkpointctl, built for a machine, reads of each file.
func decoded(t *testing.T, dir, arch string, emulator, files []string) (payloads [][]string) {
	t.Helper()
	program := filepath.Join(dir, "checkpointctl-"+arch)
	build := exec.Command("go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH="+arch, "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build for %s: %v\n%s", arch, err, text)
	}
	args := append(slices.Concat(emulator, []string{program, "decode", "--json"}), files...)
	out, err := exec.Command(args[0], args[1:]...).Output()
	if err != nil {
		t.Fatalf("%s: %v (make deps installs the emulator)", arch, err)
	}
	for line := range strings.Lines(string(out)) {
		var l struct{ Payloads []string }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		payloads = append(payloads, l.Payloads)
	}
	if len(payloads) != len(files) {
		t.Fatalf("%s answered %d of %d files", arch, len(payloads), len(files))
	}
	return payloads
}
