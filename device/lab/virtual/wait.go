package virtual

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// await looks until ok, for at most 30 seconds: the kernel announces devices
// in its own time.
func await(what string, ok func() bool) error {
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return fmt.Errorf("no %s within 30 s", what)
		}
	}
	return nil
}

// hasLine tells whether a file has that line.
func hasLine(name, line string) bool {
	b, _ := os.ReadFile(name) // what cannot be read has none
	return slices.Contains(strings.Split(string(b), "\n"), line)
}
