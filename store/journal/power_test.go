package journal

import (
	"errors"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"checkpoint"
	"checkpoint/store/lossfs"
)

// storm appends from several goroutines, marks and tidies until the power
// goes, and collects what was acknowledged.
func storm(t *testing.T, j *Journal, first int) (acked map[checkpoint.Position]int) {
	acked = map[checkpoint.Position]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for lane := range 3 {
		wg.Go(func() {
			for n := first + lane*100_000; ; n++ {
				r := sample(n)
				if lane == 0 {
					r.Address = strings.Repeat("x", 3000) // fills segments, so that they roll over
				}
				p, err := j.Append(t.Context(), r)
				if err != nil {
					return
				}
				mu.Lock()
				acked[p] = n
				mu.Unlock()
				if n%16 == 0 {
					_ = j.SetMark(t.Context(), p.Epoch, p.Seq/2) // may meet the cut
				}
			}
		})
	}
	wg.Wait()
	return acked
}

func TestPowerCutsLoseNothingAcknowledged(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 1))
	image, want, total := "", map[checkpoint.Position]int{}, 0
	for round := range lossfs.Rounds(t, 20) {
		out := t.TempDir()
		t.Run("cut", func(t *testing.T) {
			fs := lossfs.Mount(t, lossfs.Options{Seed: image})
			o := testOptions(filepath.Join(fs.Dir(), "journal"))
			o.SegmentBytes = minSegment
			fs.FreezeAfter(rng.Int64N(800))
			if j, err := Open(o); err == nil { // the cut may come while it opens
				acked := storm(t, j, round*1_000_000)
				maps.Copy(want, acked)
				total += len(acked)
				_ = j.Close() // the disk is gone
			}
			fs.Cut([]lossfs.Mode{lossfs.Drop, lossfs.Tear, lossfs.Tear, lossfs.Keep}[rng.IntN(4)], rng.Uint64(), out)
		})
		checkImage(t, filepath.Join(out, "journal"), want)
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
		image = out
		if round%10 == 9 { // the disk is replaced, or it would only get slower
			image, want = "", map[checkpoint.Position]int{}
		}
	}
	t.Logf("%d records acknowledged", total)
}

// checkImage opens what a power cut left, as the next start does.
func checkImage(t *testing.T, dir string, want map[checkpoint.Position]int) {
	t.Helper()
	o := testOptions(dir)
	o.SegmentBytes = minSegment
	j, err := Open(o)
	if err != nil {
		t.Fatalf("open after the cut: %v", err)
	}
	if s := j.Stats(); s.Damaged != 0 {
		t.Errorf("%d segments damaged", s.Damaged)
	}
	wantContents(t, j, want)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestTheFirstRecordOnAFreshDiskSurvives(t *testing.T) {
	fs := lossfs.Mount(t, lossfs.Options{})
	j, err := Open(testOptions(filepath.Join(fs.Dir(), "state", "journal")))
	if err != nil {
		t.Fatal(err)
	}
	p := add(t, j, 1)
	out := t.TempDir()
	fs.Cut(lossfs.Drop, 1, out)
	_ = j.Close() // the disk is gone
	checkImage(t, filepath.Join(out, "state", "journal"), map[checkpoint.Position]int{p: 1})
}

func TestFullDiskKeepsWhatIsUnmarkedAndRecovers(t *testing.T) {
	fs := lossfs.Mount(t, lossfs.Options{Capacity: 1 << 20})
	o := testOptions(fs.Dir())
	o.SegmentBytes = minSegment
	j := openAt(t, o)
	want := map[checkpoint.Position]int{}
	next := 0
	fill := func() (added int) {
		for {
			if added > 1000 {
				t.Fatal("2 MB of records fit on a disk of 1 MB: unmarked ones must have gone")
			}
			r := sample(next)
			r.Address = strings.Repeat("x", 2000)
			p, err := j.Append(t.Context(), r)
			if errors.Is(err, ErrFull) {
				return added
			}
			if err != nil {
				t.Fatal(err)
			}
			want[p] = next
			next, added = next+1, added+1
		}
	}
	fill()
	if s := j.Stats(); !s.Full || s.Waiting != uint64(len(want)) || len(want) < 50 {
		t.Fatalf("%d records, stats %+v", len(want), s)
	}
	if again := fill(); again > 3 {
		t.Errorf("a full disk took %d more records", again)
	}
	wantContents(t, j, want) // nothing went to make room

	segments, err := j.Segments(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	marked := segments[0]
	if err := j.SetMark(t.Context(), marked.Epoch, marked.Last); err != nil {
		t.Fatalf("mark on a full disk: %v", err)
	}
	if fill() == 0 {
		t.Fatal("a marked segment made no room")
	}
	maps.DeleteFunc(want, func(p checkpoint.Position, _ int) bool { return p.Epoch == marked.Epoch })
	wantContents(t, j, want)

	fs.SetCapacity(2 << 20)
	add(t, j, next)
	if s := j.Stats(); s.Full || s.Damaged != 0 {
		t.Errorf("after space came back: %+v", s)
	}
}

// A box that starts on a full disk must not say that it can record.
func TestFullDiskIsToldFromTheStart(t *testing.T) {
	fs := lossfs.Mount(t, lossfs.Options{Capacity: 16 << 10})
	j := openAt(t, testOptions(fs.Dir()))
	if !j.Stats().Full {
		t.Error("not said to be full")
	}
	fs.SetCapacity(1 << 20)
	add(t, j, 1)
	if j.Stats().Full {
		t.Error("said to be full after a record")
	}
}

func TestFailingDiskIsToldAndOldRecordsStayReadable(t *testing.T) {
	fs := lossfs.Mount(t, lossfs.Options{})
	j, err := Open(testOptions(fs.Dir()))
	if err != nil {
		t.Fatal(err)
	}
	want := map[checkpoint.Position]int{}
	for n := range 20 {
		want[add(t, j, n)] = n
	}
	fs.FreezeAfter(0)
	for range 3 {
		if _, err := j.Append(t.Context(), sample(99)); err == nil || errors.Is(err, ErrFull) {
			t.Fatalf("append to a dead disk: %v", err)
		}
	}
	wantContents(t, j, want)
	segments, _ := j.Segments(t.Context())
	if err := j.SetMark(t.Context(), segments[0].Epoch, 10); err == nil {
		t.Error("a mark that could not be written was reported as durable")
	}
	if w := j.Stats().Waiting; w != 20 {
		t.Errorf("waiting %d, want 20", w)
	}
	_ = j.Close()
}

// What wears the card out: the target is at most 24 KB for a commit of one record.
func TestACommitWritesAtMost24KB(t *testing.T) {
	fs := lossfs.Mount(t, lossfs.Options{})
	j := openAt(t, testOptions(fs.Dir()))
	const records = 300 // the last of the segment, where its tree is deepest
	var wg sync.WaitGroup
	for lane := range 50 { // fewer commits on the way there
		wg.Go(func() {
			for n := range (MaxRecords - records) / 50 {
				if _, err := j.Append(t.Context(), sample(lane*1000+n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	fs.ResetCounters()
	var most, before int64
	for n := range records {
		add(t, j, n)
		now := fs.Counters().Bytes
		most, before = max(most, now-before), now
	}
	c := fs.Counters()
	t.Logf("per record: %d bytes, at most %d; %.2f writes, %.3f syncs; file %d bytes", c.Bytes/records, most, float64(c.Writes)/records, float64(c.Syncs)/records, j.Stats().Bytes)
	if c.Bytes/records > 24<<10 || most > 24<<10 {
		t.Errorf("a commit of one record writes %d bytes, at most %d; want 24 KB", c.Bytes/records, most)
	}
	if s := float64(c.Syncs) / records; s > 2.1 {
		t.Errorf("%.2f syncs a commit, want bbolt's 2", s)
	}
}
