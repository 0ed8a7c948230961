package main

import (
	"os"
	"testing"

	"checkpoint/store/lossfs"
)

// daemonEnv makes the test binary be the daemon: what is killed, stopped and
// looked at in these tests is the real main, with the race detector in it.
const daemonEnv = "CHECKPOINTD_TEST_DAEMON"

func TestMain(m *testing.M) {
	os.Setenv("GORACE", "atexit_sleep_ms=0") // or each daemon that stops takes a second longer
	if lossfs.Serve() {
		return
	}
	if os.Getenv(daemonEnv) != "" {
		main() // exits
	}
	m.Run()
	removeProvince()
}
