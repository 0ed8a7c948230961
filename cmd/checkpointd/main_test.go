package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"checkpoint/cmd/internal/scripttest"
	"checkpoint/store/lossfs"
)

const daemonName = "checkpointd"

// TestMain makes the test binary be the daemon when it is called so: what is
// killed, stopped and looked at in these tests is the real main, with the race
// detector in it.
func TestMain(m *testing.M) {
	if lossfs.Serve() {
		return
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // or each daemon that stops takes a second longer
	testscript.Main(tests{m}, map[string]func(){daemonName: main})
}

type tests struct{ *testing.M }

func (t tests) Run() int {
	defer removeProvince()
	return t.M.Run()
}

func TestScripts(t *testing.T) { scripttest.Run(t, "checkpointctl", "provincectl") }
