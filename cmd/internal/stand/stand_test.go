package stand_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"checkpoint/cmd/internal/stand"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/postgrestest"
)

var (
	_ mosquittotest.TB = (*stand.Stand)(nil)
	_ postgrestest.TB  = (*stand.Stand)(nil)
)

func TestWhatIsFatalEndsTheRunAndCleansUpBackwards(t *testing.T) {
	var order []string
	var dir string
	err := stand.Run(func(s *stand.Stand) error {
		dir = s.TempDir()
		s.Cleanup(func() { order = append(order, "first") })
		s.Cleanup(func() { order = append(order, "second") })
		s.Fatalf("no %s", "broker")
		return errors.New("went on")
	})
	if err == nil || err.Error() != "no broker" {
		t.Errorf("error %v", err)
	}
	if got := strings.Join(order, " "); got != "second first" {
		t.Errorf("cleaned up: %s", got)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("directory left: %v", err)
	}
}
