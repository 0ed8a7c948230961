package journal

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"checkpoint"
	"checkpoint/store/lossfs"
)

// killEnv holds the directory of a journal and makes the test binary append to
// it until it is killed.
const killEnv = "JOURNAL_APPEND_TO"

func appendForever() bool {
	dir := os.Getenv(killEnv)
	if dir == "" {
		return false
	}
	o := testOptions(dir)
	o.SegmentBytes = minSegment
	j, err := Open(o)
	if err != nil {
		fmt.Println("error", err)
		return true
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for lane := range 3 {
		wg.Go(func() {
			for n := lane * 1_000_000; ; n++ {
				r := sample(n)
				r.Address = strings.Repeat("x", 500)
				p, err := j.Append(context.Background(), r)
				if err != nil {
					fmt.Println("error", err)
					return
				}
				mu.Lock()
				fmt.Println("ok", p.Epoch, p.Seq, n)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return true
}

func TestKillNineLosesNothingAcknowledged(t *testing.T) {
	dir := t.TempDir()
	want := map[checkpoint.Position]int{}
	for range lossfs.Rounds(t, 15) {
		killAfter(t, dir, 1+rand.IntN(300), want)
	}
	o := testOptions(dir)
	j := openAt(t, o)
	if s := j.Stats(); s.Damaged != 0 || s.Waiting < uint64(len(want)) {
		t.Errorf("%d acknowledged, stats %+v", len(want), s)
	}
	wantContents(t, j, want)
}

// killAfter kills a child once it has acknowledged n records; whatever else it
// acknowledged before it died counts too.
func killAfter(t *testing.T, dir string, n int, want map[checkpoint.Position]int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), killEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); n-- {
		var p checkpoint.Position
		var record int
		if _, err := fmt.Sscanf(lines.Text(), "ok %d %d %d", &p.Epoch, &p.Seq, &record); err != nil {
			if n > 0 {
				t.Errorf("child said %q", lines.Text())
			}
			continue // a line cut off by the kill
		}
		want[p] = record
		if n == 1 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // killed
}
