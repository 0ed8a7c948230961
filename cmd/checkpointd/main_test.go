package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"checkpoint/store/lossfs"
)

// daemonEnv makes the test binary be the daemon: what is killed, stopped and
// looked at in these tests is the real main, with the race detector in it.
const daemonEnv = "CHECKPOINTD_TEST_DAEMON"

func TestMain(m *testing.M) {
	if lossfs.Serve() {
		return
	}
	if os.Getenv(daemonEnv) != "" {
		main() // exits
	}
	testscript.Main(tidied{m}, map[string]func(){"checkpointd": main})
}

// tidied takes away what the tests share before the process ends.
type tidied struct{ *testing.M }

func (m tidied) Run() int {
	defer removeProvince()
	return m.M.Run()
}
