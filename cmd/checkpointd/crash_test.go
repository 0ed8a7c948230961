package main

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/store/lossfs"
)

// A scan whose relay opened is in the journal, whenever the daemon is killed.
func TestKillNineLosesNoOpening(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	r := newRig(t, settings{})
	r.must(r.province.load(r.settings.State, 1))
	past := map[checkpoint.Position]string{}
	openings := 0
	for round := range lossfs.Rounds(t, 10) {
		r.plug()
		s := r.storm(r.start(), rng)
		if round%2 == 0 {
			s.killAtOpening(1 + rng.IntN(4))
		} else {
			s.killAfter(time.Duration(rng.IntN(400)) * time.Millisecond)
		}
		s.check(past, r.province.read(t, r.settings.State))
		openings += len(s.opened)
		r.unplug()
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
	t.Logf("%d records, %d openings heard of", len(past), openings)
}

// The same when the machine loses its power: what was written and not synced is
// dropped or torn.
func TestPowerCutLosesNoOpening(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 2))
	p := theProvince(t)
	image := t.TempDir()
	if err := p.enrol(filepath.Join(image, "state")); err != nil {
		t.Fatal(err)
	}
	if err := p.load(filepath.Join(image, "state"), 1); err != nil {
		t.Fatal(err)
	}
	past, refusals := map[checkpoint.Position]string{}, 0
	for round := range lossfs.Rounds(t, 6) {
		out := t.TempDir()
		ok := t.Run("cut", func(t *testing.T) {
			fs := lossfs.Mount(t, lossfs.Options{Seed: image})
			r := newRig(t, settings{State: filepath.Join(fs.Dir(), "state")})
			r.plug()
			if round%3 > 0 { // else the power goes without a word
				fs.FreezeAfter(rng.Int64N(250))
			}
			s := r.storm(r.start(), rng)
			s.killAfterRefusal(time.Duration(rng.IntN(800)) * time.Millisecond)
			fs.Cut([]lossfs.Mode{lossfs.Drop, lossfs.Tear}[rng.IntN(2)], rng.Uint64(), out)
			s.check(past, p.read(t, filepath.Join(out, "state")))
			if s.refused {
				refusals++
			}
		})
		if !ok {
			t.Fatalf("round %d", round)
		}
		image = out
	}
	t.Logf("%d records; in %d rounds the daemon saw the disk go and opened for nobody", len(past), refusals)
}

// storm is a rush of people with good cards. It comes in bursts: within one the
// cards follow each other as fast as the daemon takes them, and the relay, its
// pulses running into each other, opens once. After each burst the relay goes
// to rest, so that every opening is known to belong to a burst's first card.
type storm struct {
	*rig
	d      *process
	bursts []burst // read after fed
	fed    chan struct{}

	opened  map[checkpoint.Position]bool // set by check
	refused bool                         // the daemon said that it cannot record
}

type burst struct {
	first  int // index of its first card
	before int // openings before it
}

func (r *rig) storm(d *process, rng *rand.Rand) *storm {
	r.t.Helper()
	s := &storm{rig: r, d: d, fed: make(chan struct{}), opened: map[checkpoint.Position]bool{}}
	d.awaitReader(true)
	d.listen()
	sizes := make([]int, 100)
	for i := range sizes {
		sizes[i] = 1 + rng.IntN(30)
	}
	go s.feed(sizes)
	return s
}

// feed ends when the cards do, or the daemon.
func (s *storm) feed(sizes []int) {
	defer close(s.fed)
	next, cards := 0, s.province.green
	for _, size := range sizes {
		edges, _ := s.d.edges.all()
		before := openings(edges)
		s.bursts = append(s.bursts, burst{next, before})
		for ; size > 0 && next < len(cards); size, next = size-1, next+1 {
			if _, err := s.scanner.Master.WriteString(cards[next] + "\r"); err != nil {
				return // unplugged
			}
		}
		if !s.calm(next, before) || next == len(cards) {
			return
		}
	}
}

// calm waits until as many cards were let in as were shown and the relay is at
// rest again; false: the daemon is gone.
func (s *storm) calm(shown, before int) bool {
	s.t.Helper()
	err := s.d.events.until(s.d.exited, func(list []control.Event) bool {
		return len(list) > 0 && list[len(list)-1].Position.Seq >= uint64(shown) && list[len(list)-1].Opened
	})
	if err == nil {
		err = s.d.edges.until(s.d.exited, func(list []edge) bool { return openings(list) > before && relayRests(list) })
	}
	if errors.Is(err, errInVain) {
		s.t.Errorf("a storm of good cards came to a stop after %d of them", shown)
	}
	return err == nil
}

func openings(edges []edge) (n int) {
	for _, e := range edges {
		if e.pin == "relay" && e.on {
			n++
		}
	}
	return n
}

func relayRests(edges []edge) bool {
	for i := len(edges) - 1; i >= 0; i-- {
		if edges[i].pin == "relay" {
			return !edges[i].on
		}
	}
	return true
}

// killAtOpening kills the daemon at the moment at which the relay opens for the
// nth time.
func (s *storm) killAtOpening(n int) {
	_ = s.d.edges.until(s.fed, func(list []edge) bool { return openings(list) >= n }) // or at the end of the storm
	s.end()
}

func (s *storm) killAfter(d time.Duration) {
	select {
	case <-time.After(d):
	case <-s.fed:
	}
	s.end()
}

// killAfterRefusal kills the daemon once it says that it cannot record, but not
// later than d after the storm began.
func (s *storm) killAfterRefusal(d time.Duration) {
	stop := make(chan struct{})
	time.AfterFunc(d, func() { close(stop) })
	s.refused = s.d.events.until(stop, func(list []control.Event) bool {
		return len(list) > 0 && list[len(list)-1].Reason == checkpoint.CannotRecord
	}) == nil
	s.end()
}

func (s *storm) end() {
	s.d.kill()
	s.unplug() // frees a write that waits for the daemon
	<-s.fed
}

// check holds the journal against what was seen from outside. past are the
// records of earlier rounds, which must still be there; this round's are added.
func (s *storm) check(past map[checkpoint.Position]string, journal []stored) {
	s.t.Helper()
	have, admitted := map[checkpoint.Position]string{}, 0
	for _, r := range journal {
		have[r.Position] = r.Number
		if _, old := past[r.Position]; old {
			continue
		}
		past[r.Position] = r.Number
		if want := numberOf(s.province.green[admitted]); r.Verdict != checkpoint.Admit || r.Number != want {
			s.t.Errorf("record %x/%d: %s of another card than the storm's number %d", r.Epoch, r.Seq, r.Verdict, admitted)
		}
		admitted++
	}
	for position, number := range past {
		if have[position] != number {
			s.t.Errorf("record %x/%d of an earlier round is gone", position.Epoch, position.Seq)
		}
	}
	events, _ := s.d.events.all()
	for _, e := range events {
		if e.Opened {
			s.opened[e.Position] = true
		}
		if _, ok := have[e.Position]; e.Opened && !ok {
			s.t.Errorf("the relay opened for record %x/%d, which is not in the journal", e.Position.Epoch, e.Position.Seq)
		}
	}
	edges, _ := s.d.edges.all()
	for i, b := range s.bursts {
		if openings(edges) > b.before && admitted <= b.first {
			s.t.Errorf("the relay opened for burst %d, whose first card is number %d of the storm; %d are in the journal", i, b.first, admitted)
		}
	}
}
