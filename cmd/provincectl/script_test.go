package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/scripttest"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"provincectl": hasty}) }

// hasty is main with cheap passphrases: under the race detector each of the
// real ones takes twenty seconds.
func hasty() { os.Exit(cli.Process(command(10))) }

func TestScripts(t *testing.T) { scripttest.Run(t) }
