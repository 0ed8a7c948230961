// Package scripttest runs the txtar scripts of the commands: the real mains, in
// a directory of their own, judged by their exit codes, output and files. Only
// tests use it.
//
// $CHECKOUT is this repository. Besides testscript's own, a script has these commands:
//
//	exits CODE COMMAND ARGS…    run COMMAND; its exit code must be CODE
//	cards DIR FILE NAME…        write the payloads of sample cards as JSON lines
//	flip FILE…                  flip a bit in every 4 KiB of files, named by a pattern
package scripttest

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"checkpoint/store/build/sample"
)

// Run runs testdata/script. The commands named in others are built first, so
// that scripts can use them beside the package's own.
func Run(t *testing.T, others ...string) {
	t.Helper()
	bin := t.TempDir()
	for _, name := range others {
		out, err := exec.Command("go", "build", "-o", filepath.Join(bin, name), "checkpoint/cmd/"+name).CombinedOutput()
		if err != nil {
			t.Fatalf("build %s: %v\n%s", name, err, out)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			checkout, err := filepath.Abs("../..")
			if err != nil {
				return err
			}
			e.Setenv("CHECKOUT", checkout)
			e.Setenv("GORACE", "atexit_sleep_ms=0") // or each command takes a second longer
			e.Setenv("PATH", bin+string(filepath.ListSeparator)+e.Getenv("PATH"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "cards": cards, "flip": flip},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND ARGS…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func cards(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: cards DIR FILE NAME…")
	}
	var all []sample.Card
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(filepath.Join(args[0], sample.CardsDir, sample.CardsFile))), &all))
	var lines strings.Builder
	for _, name := range args[2:] {
		found := false
		for _, c := range all {
			if c.Name == name {
				line, err := json.Marshal(c.Payload)
				ts.Check(err)
				lines.Write(append(line, '\n'))
				found = true
			}
		}
		if !found {
			ts.Fatalf("no sample card %q", name)
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(lines.String()), 0o644))
}

// flip damages a bit in every page, so that no damage falls into free space
// alone.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: flip FILE…")
	}
	for _, pattern := range args {
		files, err := filepath.Glob(ts.MkAbs(pattern))
		ts.Check(err)
		if len(files) == 0 {
			ts.Fatalf("no file %s", pattern)
		}
		for _, name := range files {
			b, err := os.ReadFile(name)
			ts.Check(err)
			for at := min(200, len(b)/2); at < len(b); at += 4096 {
				b[at] ^= 1
			}
			ts.Check(os.WriteFile(name, b, 0o644))
		}
	}
}
