package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"checkpoint/cmd/internal/scripttest"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"checkpointctl": main}) }

func TestScripts(t *testing.T) { scripttest.Run(t, "provincectl") }
