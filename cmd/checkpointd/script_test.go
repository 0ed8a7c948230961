package main

import (
	"testing"

	"checkpoint/cmd/internal/scripttest"
)

func TestScripts(t *testing.T) { scripttest.Run(t) }
