package lab

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// What cpio unpacks is what was put in.
func TestArchiveIsWhatCpioReads(t *testing.T) {
	from, into := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{"a": "", "b/c": "x", "b/d": strings.Repeat("odd", 1001)} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(from, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(from, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	a := newArchive(&out)
	a.tree("bench", from)
	a.text("note", "said")
	if err := a.close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("cpio", "--extract", "--quiet")
	cmd.Dir, cmd.Stdin = into, &out
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if said, err := exec.Command("diff", "-r", from, filepath.Join(into, "bench")).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	if b, err := os.ReadFile(filepath.Join(into, "note")); string(b) != "said" {
		t.Errorf("note %q, %v", b, err)
	}
}

// A guest's last word is its tests' exit code; one without is told.
func TestLastWordOfAGuest(t *testing.T) {
	for said, want := range map[string]int{
		"=== RUN\r\nPASS\r\n" + exitWord + "0\r\n": 0,
		"panic\n" + exitWord + "2\n":               2,
		"=== RUN TestX\r\n":                        -1,
	} {
		var out bytes.Buffer
		code, err := relay(strings.NewReader(said), &out, func() {})
		if err != nil || code != want {
			t.Errorf("%q: code %d, %v, want %d", said, code, err, want)
		}
		if strings.Contains(out.String(), exitWord) || strings.Contains(out.String(), "\r") {
			t.Errorf("%q came out as %q", said, out.String())
		}
	}
}

// A guest that dies or hangs before its tests began is booted again; one whose tests
// had begun is not.
func TestOnlyAGuestThatNeverBeganIsBootedAgain(t *testing.T) {
	for name, c := range map[string]struct {
		first string // what the first boot does
		ok    bool
	}{"dies": {"exit 1", true}, "hangs": {"exec sleep 600", true}, "began": {"printf '" + beginWord + "'; exit 1", false}} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			script := "#!/bin/sh\nif mkdir " + dir + "/once 2>/dev/null; then " + c.first + "; fi\nprintf '" + beginWord + "PASS\n" + exitWord + "0\n'\n"
			if err := os.WriteFile(filepath.Join(dir, "qemu-system-x86_64"), []byte(script), 0o700); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
			m := &machine{work: dir, toBegin: 5 * time.Second}
			if code, err := m.boot(t.Context()); (err == nil) != c.ok {
				t.Errorf("code %d, %v", code, err)
			}
		})
	}
}
