package readertest

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

// Cycles unplugs and replugs a scanner so often. After each it must read, and
// after all of them no goroutine and no descriptor may be left over.
func Cycles(t T, b Bench, cycles int) {
	r := start(t, b)
	r.show(r.bench.Send, Card) // everything that is made once is made
	files, goroutines := descriptors(t), runtime.NumGoroutine()
	for i := range cycles {
		r.do(r.bench.Unplug())
		r.connected(false)
		r.do(r.bench.Plug())
		r.connected(true)
		r.show(r.bench.Send, fmt.Sprintf("%s%d", Card, i))
	}
	r.nothing()
	// What ends beside the reader may take a moment to be gone.
	var nowFiles, nowGoroutines int
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		nowFiles, nowGoroutines = descriptors(t), runtime.NumGoroutine()
		if nowFiles <= files && nowGoroutines <= goroutines {
			return
		}
	}
	t.Fatalf("after %d cycles: %d descriptors, %d before; %d goroutines, %d before", cycles, nowFiles, files, nowGoroutines, goroutines)
}

func descriptors(t T) int {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatalf("count descriptors: %v", err)
	}
	return len(open)
}
