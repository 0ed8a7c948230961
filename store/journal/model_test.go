package journal

import (
	"errors"
	"os"
	"testing"
	"time"

	"pgregory.net/rapid"

	"checkpoint"
)

// model is what a journal must look like from outside: plain maps.
type model struct {
	records map[checkpoint.Position]int
	last    map[uint64]uint64 // by epoch
	marks   map[uint64]uint64
	newest  map[uint64]time.Time
	order   []uint64
}

// machine drives a journal and the model side by side.
type machine struct {
	t    *testing.T
	o    Options
	j    *Journal
	m    model
	now  time.Time
	next int
}

func TestJournalBehavesAsItsModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "journal")
		if err != nil {
			rt.Fatal(err)
		}
		s := &machine{t: t, now: time.Date(2021, 9, 1, 6, 0, 0, 0, time.UTC), m: model{
			records: map[checkpoint.Position]int{}, last: map[uint64]uint64{}, marks: map[uint64]uint64{}, newest: map[uint64]time.Time{},
		}}
		s.o = testOptions(dir)
		s.o.Now = func() time.Time { return s.now }
		s.open(rt)
		defer func() { _ = s.j.Close() }()
		rt.Repeat(map[string]func(*rapid.T){
			"append": s.append, "mark": s.mark, "lower": s.lower, "restart": s.restart, "tidy": s.tidy,
			"wait": func(rt *rapid.T) {
				s.now = s.now.Add(time.Duration(rapid.IntRange(1, 100).Draw(rt, "hours")) * time.Hour)
			},
			"": s.check,
		})
	})
}

func (s *machine) open(rt *rapid.T) {
	j, err := Open(s.o)
	if err != nil {
		rt.Fatal(err)
	}
	s.j = j
}

func (s *machine) append(rt *rapid.T) {
	for range rapid.IntRange(1, 6).Draw(rt, "records") {
		r := sample(s.next)
		r.Time = s.now
		p, err := s.j.Append(s.t.Context(), r)
		if err != nil {
			rt.Fatal(err)
		}
		if p.Seq != s.m.last[p.Epoch]+1 {
			rt.Fatalf("sequence %d after %d", p.Seq, s.m.last[p.Epoch])
		}
		if p.Seq == 1 {
			s.m.order = append(s.m.order, p.Epoch)
		}
		s.m.records[p], s.m.last[p.Epoch], s.m.newest[p.Epoch] = s.next, p.Seq, s.now
		s.next++
	}
}

func (s *machine) draw(rt *rapid.T) (epoch, seq uint64) {
	if len(s.m.order) == 0 {
		rt.Skip("no segment yet")
	}
	epoch = rapid.SampledFrom(s.m.order).Draw(rt, "epoch")
	return epoch, rapid.Uint64Range(0, s.m.last[epoch]+3).Draw(rt, "seq")
}

func (s *machine) mark(rt *rapid.T) {
	epoch, seq := s.draw(rt)
	if err := s.j.SetMark(s.t.Context(), epoch, seq); err != nil {
		rt.Fatal(err)
	}
	s.m.marks[epoch] = max(s.m.marks[epoch], min(seq, s.m.last[epoch]))
}

func (s *machine) lower(rt *rapid.T) {
	epoch, seq := s.draw(rt)
	if err := s.j.LowerMark(s.t.Context(), epoch, seq); err != nil {
		rt.Fatal(err)
	}
	s.m.marks[epoch] = min(s.m.marks[epoch], seq)
}

func (s *machine) restart(rt *rapid.T) {
	if err := s.j.Close(); err != nil {
		rt.Fatal(err)
	}
	s.open(rt)
	s.forget(0) // a start tidies
}

func (s *machine) tidy(rt *rapid.T) {
	live := uint64(0)
	segments, err := s.j.Segments(s.t.Context())
	if err != nil {
		rt.Fatal(err)
	}
	for _, seg := range segments {
		if !seg.Closed {
			live = seg.Epoch
		}
	}
	if err := s.j.Tidy(s.t.Context()); err != nil {
		rt.Fatal(err)
	}
	s.forget(live)
}

// forget drops what may go from the model: closed, marked to the end, old.
func (s *machine) forget(live uint64) {
	var kept []uint64
	for _, e := range s.m.order {
		if e == live || s.m.marks[e] < s.m.last[e] || !s.m.newest[e].Before(s.now.Add(-defaultKeep)) {
			kept = append(kept, e)
			continue
		}
		for seq := uint64(1); seq <= s.m.last[e]; seq++ {
			delete(s.m.records, checkpoint.Position{Epoch: e, Seq: seq})
		}
		if _, err := s.j.Read(s.t.Context(), e, 1, 1); !errors.Is(err, ErrGone) {
			s.t.Errorf("segment %016x should be gone: %v", e, err)
		}
	}
	s.m.order = kept
}

func (s *machine) check(rt *rapid.T) {
	segments, err := s.j.Segments(s.t.Context())
	if err != nil {
		rt.Fatal(err)
	}
	var epochs []uint64
	waiting := uint64(0)
	for _, seg := range segments {
		if seg.Last == 0 && !seg.Closed {
			continue
		}
		epochs = append(epochs, seg.Epoch)
		if seg.Last != s.m.last[seg.Epoch] || seg.Mark != s.m.marks[seg.Epoch] {
			rt.Fatalf("segment %+v, want last %d, mark %d", seg, s.m.last[seg.Epoch], s.m.marks[seg.Epoch])
		}
		waiting += seg.Last - seg.Mark
	}
	if len(epochs) != len(s.m.order) {
		rt.Fatalf("segments %x, want %x", epochs, s.m.order)
	}
	for i, e := range epochs {
		if e != s.m.order[i] {
			rt.Fatalf("segments %x, want %x", epochs, s.m.order)
		}
	}
	if w := s.j.Stats().Waiting; w != waiting {
		rt.Fatalf("waiting %d, want %d", w, waiting)
	}
	if got := contents(s.t, s.j); len(got) != len(s.m.records) {
		rt.Fatalf("%d records, want %d", len(got), len(s.m.records))
	} else {
		for p, n := range s.m.records {
			if got[p] != n {
				rt.Fatalf("record %+v is %d, want %d", p, got[p], n)
			}
		}
	}
}
