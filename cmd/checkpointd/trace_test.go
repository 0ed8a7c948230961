package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTraceTellsLanesApart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "trace")
	all, err := openTrace(path)
	if err != nil {
		t.Fatal(err)
	}
	defer all.Close()
	for _, edge := range []struct{ lane, line string }{{"1", "5 green 1\n"}, {"Cổng 2", "6 relay 1\n"}} {
		if n, err := all.of(edge.lane).Write([]byte(edge.line)); n != len(edge.line) || err != nil {
			t.Fatalf("%d bytes, %v", n, err)
		}
	}
	if got, _ := os.ReadFile(path); string(got) != "5 green 1 1\n6 relay 1 Cổng 2\n" {
		t.Errorf("trace %q", got)
	}
	if none, err := openTrace(""); err != nil || none.of("1") != nil {
		t.Errorf("no trace asked for, and one is written: %v", err)
	}
}

func TestSimulatedGatesNameTheirLane(t *testing.T) {
	var out strings.Builder
	if n, err := (laneOutput{&out, "2"}).Write([]byte("green on\n")); n != 9 || err != nil || out.String() != "lane 2: green on\n" {
		t.Errorf("%q, %d bytes, %v", out.String(), n, err)
	}
}
