package hil

import (
	"testing"

	"checkpoint/device/lab"
	"checkpoint/device/lab/virtual"
)

func TestMain(m *testing.M) {
	lab.Main(m, lab.Bench{Modules: []string{"gpio-sim"}, Programs: []string{"checkpoint/cmd/checkpointd"}})
}

func TestLines(t *testing.T) {
	c, err := virtual.NewChip("gate", "GREEN", "RELAY")
	if err != nil {
		t.Fatal(err)
	}
	h, err := c.Line("RELAY").High()
	t.Log(h, err)
	c.Line("RELAY").Pull(true)
	h, err = c.Line("RELAY").High()
	t.Log(h, err)
	t.Log(c.Remove())
}
