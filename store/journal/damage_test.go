package journal

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint"
)

// closedSegment leaves one closed segment of n records and tells its file.
func closedSegment(t *testing.T, o Options, n int) (path string, last checkpoint.Position) {
	t.Helper()
	j, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		last = add(t, j, i)
	}
	path = j.segments[len(j.segments)-1].path // the owner rests: every append was answered
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	return path, last
}

func overwrite(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDamagedFilesAreSetAsideAndTheOthersServe(t *testing.T) {
	o := testOptions(t.TempDir())
	good, p := closedSegment(t, o, 30)
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	torn := append([]byte(nil), whole...)
	clear(torn[:2*pageSize])
	dir := func(n, epoch uint64) string { return filepath.Join(o.Dir, segmentName(n, epoch)) }
	overwrite(t, dir(50, 1), nil)
	overwrite(t, dir(51, 2), []byte("half a page"))
	overwrite(t, dir(52, 3), torn)
	overwrite(t, dir(53, 4), whole[:5*pageSize])
	overwrite(t, dir(54, 5), whole) // another segment's file under a wrong name
	overwrite(t, filepath.Join(o.Dir, "notes.seg"), []byte("?"))
	overwrite(t, filepath.Join(o.Dir, "000055-0000000000000006.new"), whole[:pageSize])

	j := openAt(t, o)
	if s := j.Stats(); s.Damaged != 6 || s.Waiting != 30 {
		t.Errorf("stats %+v", s)
	}
	wantContents(t, j, map[checkpoint.Position]int{p: 29})
	if q := add(t, j, 99); q.Epoch == p.Epoch {
		t.Error("the new record went into an old segment")
	}
	for _, name := range segmentFiles(t, o.Dir) {
		if strings.HasSuffix(name, newExt) {
			t.Errorf("%s was left", name)
		}
		if n, _, ok := parseName(name); ok && strings.HasSuffix(name, segmentExt) && n > 1 && n < 56 {
			t.Errorf("%s: the number was used, or the file not set aside", name)
		}
	}
	if b, err := os.ReadFile(dir(53, 4) + damagedExt); err != nil || len(b) != 5*pageSize {
		t.Errorf("the damaged file was not kept as it was: %d bytes, %v", len(b), err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if s := openAt(t, o).Stats(); s.Damaged != 6 {
		t.Errorf("after another start: %+v", s)
	}
}

// A rotten card must never take the process down, make a wrong record pass or
// let a mark destroy one.
func TestFlippedBitsNeverPanicAndNeverForgeARecord(t *testing.T) {
	o := testOptions(t.TempDir())
	path, p := closedSegment(t, o, 200)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for round := range 150 {
		bad := append([]byte(nil), whole...)
		for range 1 + rng.IntN(3) {
			// Structure sits at the start of pages: aim there half of the time.
			at := rng.IntN(len(bad))
			if rng.IntN(2) == 0 {
				at = at/pageSize*pageSize + rng.IntN(64)
			}
			bad[at] ^= 1 << rng.IntN(8)
		}
		t.Run(fmt.Sprint(round), func(t *testing.T) { surviveDamage(t, o, filepath.Base(path), bad, p) })
	}
}

func surviveDamage(t *testing.T, o Options, name string, bad []byte, p checkpoint.Position) {
	o.Dir = t.TempDir()
	overwrite(t, filepath.Join(o.Dir, name), bad)
	j := openAt(t, o)
	_, province := testKeys()
	segments, err := j.Segments(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h, err := ParseHeader(segments[0].Header)
	if err != nil || h.Epoch != p.Epoch {
		return // set aside
	}
	key, err := OpenSegmentKey(h, province)
	if err != nil {
		return
	}
	for from := uint64(1); from <= segments[0].Last && from <= 300; from++ {
		records, err := j.Read(t.Context(), p.Epoch, from, 1)
		if err != nil {
			continue
		}
		r, err := key.Open(records[0])
		if err == nil && number(r) != int(from)-1 {
			t.Fatalf("record %d reads as %d", from, number(r))
		}
	}
	_ = j.SetMark(t.Context(), p.Epoch, 100)
	add(t, j, 1)
}

func TestRecordsBeforeAndAfterAnUnreadableOneAreGiven(t *testing.T) {
	o := testOptions(t.TempDir())
	path, p := closedSegment(t, o, 10)
	f, err := openFile(path, write)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.put(5, [][]byte{[]byte("rotten")}); err != nil {
		t.Fatal(err)
	}
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
	j := openAt(t, o)
	if got, err := j.Read(t.Context(), p.Epoch, 1, 100); err != nil || len(got) != 4 {
		t.Errorf("from 1: %d records, %v; want the 4 before it", len(got), err)
	}
	if _, err := j.Read(t.Context(), p.Epoch, 5, 100); err == nil {
		t.Error("the rotten record was given")
	}
	if got, err := j.Read(t.Context(), p.Epoch, 6, 100); err != nil || len(got) != 5 {
		t.Errorf("from 6: %d records, %v; want the 5 after it", len(got), err)
	}
}
