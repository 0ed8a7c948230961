package update

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"checkpoint/store/lossfs"
	"checkpoint/store/snapshot"
)

// killEnv makes the test binary a box that updates, and is killed while it does.
const killEnv = "UPDATE_UNTIL_KILLED"

// doom says when the child kills itself, with the signal that nothing can
// catch: from within the moment can be met.
type doom struct {
	State, Repo string
	Phase       string
	Bytes       int64         // of the layer: when it has them, in the download
	After       time.Duration // after the phase began, in the others
}

// updateUntilKilled is the child.
func updateUntilKilled() bool {
	text := os.Getenv(killEnv)
	if text == "" {
		return false
	}
	var d doom
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		fmt.Println(err)
		return true
	}
	p := &province{name: "mau", pepper: snapshot.Pepper{1, 2, 3}}
	for n := range 4 {
		p.officers = append(p.officers, keyOf(byte(n)))
	}
	trust := p.trust()
	box := snapshot.NewBox(filepath.Join(d.State, "snapshot"), trust, p.pepper)
	client := New(Options{
		Box: box, Officers: trust.Snapshot, Dir: filepath.Join(d.State, "update"), Carrier: Directory(d.Repo),
		Now: func() time.Time { return time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC) }, Reserve: 1,
		Progress: func(_ string, done, _ int64) {
			if d.Phase == download && done >= d.Bytes {
				d.strike()
			}
		},
		Check: func(*snapshot.Register) error {
			switch d.Phase {
			case switching:
				go func() { d.wait(); d.strike() }()
			case cleanUp:
				go func() { d.await(box); d.wait(); d.strike() }()
			}
			return nil
		},
	})
	if _, err := client.Update(context.Background()); err != nil {
		fmt.Println(err)
	}
	return true
}

func (d *doom) strike() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) }

// wait does not sleep: a sleep is longer than what is to be hit.
func (d *doom) wait() {
	for begun := time.Now(); time.Since(begun) < d.After; {
	}
}

// await ends when the pointer has moved.
func (d *doom) await(box *snapshot.Box) {
	for n := uint64(0); n != 3; n, _ = box.Current() {
	}
}

// Whenever the process is killed, the same holds.
func TestKillNineLeavesAUsableSnapshot(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	s := newCutScene(t)
	for _, phase := range []string{download, switching, cleanUp} {
		wanted, kills, others := lossfs.Rounds(t, 3), 0, 0
		for kills < wanted && others < 5+wanted*3 {
			dir := copyDir(t, s.image)
			d := doom{State: dir, Repo: s.repo.Dir, Phase: phase, Bytes: rng.Int64N(s.size)}
			d.After = time.Duration(rng.Int64N(int64(map[string]time.Duration{switching: 5 * time.Millisecond, cleanUp: 100 * time.Microsecond}[phase] + 1)))
			killed := s.updateIn(t, d)
			if now, err := s.box(dir, Directory(s.repo.Dir)).Current(); killed && err == nil && (phase == cleanUp) == (now == 3) {
				kills++
			} else {
				others++ // it had come further, or was over
			}
			s.t = t
			s.usable(dir)
			if kept := s.committed(dir); phase == download && kept < d.Bytes-lost {
				t.Errorf("%d bytes of %d that came are on the card: more than two runs were lost", kept, d.Bytes)
			}
			s.finish(dir)
			must(t, os.RemoveAll(dir))
		}
		t.Logf("%s: %d kills, %d came in another phase", phase, kills, others)
	}
}

// updateIn runs an update in a process of its own, and tells whether it was
// killed before its end.
func (s *cutScene) updateIn(t *testing.T, d doom) (killed bool) {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	text, err := json.Marshal(d)
	must(t, err)
	c := exec.Command(self)
	c.Env = append(os.Environ(), killEnv+"="+string(text))
	said, err := c.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signal() == syscall.SIGKILL {
		return true
	}
	if err != nil || strings.TrimSpace(string(said)) != "" {
		t.Errorf("the child said %q, %v", said, err)
	}
	return false
}
