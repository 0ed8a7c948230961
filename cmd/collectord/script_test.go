package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/scripttest"
	"checkpoint/sync/postgrestest"
)

var shared postgrestest.Shared

// asProgram has this test binary be collectord.
const asProgram = "COLLECTORD_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(cli.Process(command()))
	}
	testscript.Main(running{m}, map[string]func(){"collectord": func() { os.Exit(cli.Process(command())) }})
}

// running stops the package's database when the tests have ended.
type running struct{ m *testing.M }

func (r running) Run() int { return shared.Run(r.m) }

func TestScripts(t *testing.T) { scripttest.Run(t) }
