package lossfs

import (
	"os"
	"strconv"
	"testing"
)

// Rounds is how often a crash test crashes: so often normally, and as often as
// CHECKPOINT_SOAK says where it is set.
func Rounds(t testing.TB, normal int) int {
	t.Helper()
	soak := os.Getenv("CHECKPOINT_SOAK")
	if soak == "" {
		return normal
	}
	n, err := strconv.Atoi(soak)
	if err != nil || n < 1 {
		t.Fatalf("CHECKPOINT_SOAK=%q: want a number of crashes", soak)
	}
	return n
}
