package journal

import (
	"bytes"
	"context"
	"crypto/hpke"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"checkpoint"
)

func TestAppendGivesSequencesWithoutGaps(t *testing.T) {
	j := openAt(t, testOptions(t.TempDir()))
	want := map[checkpoint.Position]int{}
	for n := 1; n <= 300; n++ {
		p := add(t, j, n)
		if p.Seq != uint64(n) || p.Epoch == 0 {
			t.Fatalf("record %d got %+v", n, p)
		}
		want[p] = n
	}
	wantContents(t, j, want)
	if s := j.Stats(); s.Waiting != 300 || s.Segments != 1 || s.Full {
		t.Errorf("stats %+v", s)
	}
	select {
	case <-j.Changed():
	default:
		t.Error("Changed has nothing after commits")
	}
}

func TestRestartKeepsUndelivered(t *testing.T) {
	o := testOptions(t.TempDir())
	want := map[checkpoint.Position]int{}
	epochs := map[uint64]bool{}
	for run := range 3 {
		j, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		for n := range 5 {
			p := add(t, j, run*10+n)
			want[p], epochs[p.Epoch] = run*10+n, true
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if len(epochs) != 3 {
		t.Errorf("3 starts used %d epochs", len(epochs))
	}
	j := openAt(t, o)
	wantContents(t, j, want)
	if s := j.Stats(); s.Waiting != 15 || s.Damaged != 0 {
		t.Errorf("stats %+v", s)
	}
}

func TestStartsWithoutRecordsLeaveNoFiles(t *testing.T) {
	o := testOptions(t.TempDir())
	for range 3 {
		j, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if left := segmentFiles(t, o.Dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestSegmentRollsOverBeforeItsSize(t *testing.T) {
	o := testOptions(t.TempDir())
	o.SegmentBytes = minSegment
	j := openAt(t, o)
	want := map[checkpoint.Position]int{}
	r := sample(0)
	r.Address = strings.Repeat("Phúc Xá, ", 100)
	for n := range 400 {
		r.Number = sample(n).Number
		p, err := j.Append(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		want[p] = n
	}
	segments, err := j.Segments(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(segments) < 2 {
		t.Fatalf("400 records of 1 KB are in %d segments of 256 KiB", len(segments))
	}
	for i, s := range segments {
		if s.Bytes > minSegment || s.Closed != (i < len(segments)-1) {
			t.Errorf("segment %d: %d bytes, closed %t", i, s.Bytes, s.Closed)
		}
	}
	wantContents(t, j, want)
}

func TestMarkOnlyRisesAndSurvivesARestart(t *testing.T) {
	o := testOptions(t.TempDir())
	j, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	var p checkpoint.Position
	for n := range 10 {
		p = add(t, j, n)
	}
	ctx := t.Context()
	for _, seq := range []uint64{4, 7, 2, 0} {
		if err := j.SetMark(ctx, p.Epoch, seq); err != nil {
			t.Fatal(err)
		}
	}
	if w := j.Stats().Waiting; w != 3 {
		t.Errorf("waiting %d, want 3", w)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	j = openAt(t, o)
	segments, err := j.Segments(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if s := j.Stats(); s.Waiting != 3 || !s.Oldest.Equal(segments[0].Opened) {
		t.Errorf("%d wait since %s after the restart, want 3 since %s", s.Waiting, s.Oldest, segments[0].Opened)
	}
	if err := j.SetMark(ctx, p.Epoch, 99); err != nil { // the segment is closed now
		t.Fatal(err)
	}
	if s := j.Stats(); s.Waiting != 0 || !s.Oldest.IsZero() {
		t.Errorf("%d wait since %s, want none", s.Waiting, s.Oldest)
	}
	if w := j.Stats().Waiting; w != 0 {
		t.Errorf("waiting %d, want 0", w)
	}
	if err := j.LowerMark(ctx, p.Epoch, 5); err != nil {
		t.Fatal(err)
	}
	if err := j.LowerMark(ctx, p.Epoch, 8); err != nil { // never raises
		t.Fatal(err)
	}
	if s, _ := j.Segments(ctx); s[0].Mark != 5 {
		t.Errorf("mark %d, want 5", s[0].Mark)
	}
	if err := j.SetMark(ctx, p.Epoch+1, 1); !errors.Is(err, ErrGone) {
		t.Errorf("mark of an unknown segment: %v", err)
	}
}

func TestMarkPastTheEndCoversNoLaterRecord(t *testing.T) {
	j := openAt(t, testOptions(t.TempDir()))
	p := add(t, j, 1)
	if err := j.SetMark(t.Context(), p.Epoch, 1000); err != nil {
		t.Fatal(err)
	}
	add(t, j, 2)
	if w := j.Stats().Waiting; w != 1 {
		t.Errorf("waiting %d, want the record that came after the mark", w)
	}
}

func TestTidyRemovesOnlyMarkedClosedOldSegments(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := testOptions(t.TempDir())
		now := func() checkpoint.Record {
			r := sample(1)
			r.Time = time.Now()
			return r
		}
		var all []checkpoint.Position
		for range 2 {
			j, err := Open(o)
			if err != nil {
				t.Fatal(err)
			}
			p, err := j.Append(t.Context(), now())
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, p)
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
		}
		j := openAt(t, o)
		p, err := j.Append(t.Context(), now())
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []checkpoint.Position{all[0], p} { // the second stays unmarked, the third is live
			if err := j.SetMark(t.Context(), p.Epoch, p.Seq); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(defaultKeep - time.Minute)
		if err := j.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := j.Stats().Segments; n != 3 {
			t.Errorf("%d segments before their time, want 3", n)
		}
		time.Sleep(2 * time.Hour) // the hourly round
		synctest.Wait()
		if n := j.Stats().Segments; n != 2 {
			t.Errorf("%d segments, want 2", n)
		}
		if _, err := j.Read(t.Context(), all[0].Epoch, 1, 10); !errors.Is(err, ErrGone) {
			t.Errorf("read of the removed segment: %v", err)
		}
		if got, err := j.Read(t.Context(), all[1].Epoch, 1, 10); err != nil || len(got) != 1 {
			t.Errorf("unmarked segment: %d records, %v", len(got), err)
		}
		if left := segmentFiles(t, o.Dir); len(left) != 2 {
			t.Errorf("files: %v", left)
		}
	})
}

func TestSizeLimitRemovesMarkedFirstThenSaysFull(t *testing.T) {
	o := testOptions(t.TempDir())
	o.SegmentBytes, o.MaxBytes = minSegment, 2<<20
	j := openAt(t, o)
	r := sample(0)
	r.Address = strings.Repeat("x", 8<<10)
	var last checkpoint.Position
	fill := func() (n int) {
		for {
			if n > 1000 {
				t.Fatal("8 MB of records fit in 2 MB: unmarked ones must have gone")
			}
			p, err := j.Append(t.Context(), r)
			if errors.Is(err, ErrFull) {
				return n
			}
			if err != nil {
				t.Fatal(err)
			}
			last, n = p, n+1
		}
	}
	n := fill()
	if s := j.Stats(); !s.Full || s.Waiting != uint64(n) || s.Bytes > o.MaxBytes || n < 40 {
		t.Fatalf("after %d records: %+v", n, s)
	}
	segments, _ := j.Segments(t.Context())
	if err := j.SetMark(t.Context(), segments[1].Epoch, segments[1].Last); err != nil {
		t.Fatal(err)
	}
	if fill() == 0 || j.Stats().Segments == 0 {
		t.Error("a marked segment made no room")
	}
	for i, s := range segments {
		_, err := j.Read(t.Context(), s.Epoch, 1, 1)
		if gone := errors.Is(err, ErrGone); gone != (i == 1) {
			t.Errorf("segment %d gone: %t (%v)", i, gone, err)
		}
	}
	segments, _ = j.Segments(t.Context())
	for _, s := range segments { // the live one included
		if err := j.SetMark(t.Context(), s.Epoch, s.Last); err != nil {
			t.Fatal(err)
		}
	}
	if fill() == 0 {
		t.Errorf("all is marked and still full, last %+v", last)
	}
}

func TestConcurrentAppendsShareCommitsAndKeepTheirRecords(t *testing.T) {
	j := openAt(t, testOptions(t.TempDir()))
	var mu sync.Mutex
	var wg sync.WaitGroup
	want := map[checkpoint.Position]int{}
	for lane := range 8 {
		wg.Go(func() {
			for n := range 40 {
				p, err := j.Append(t.Context(), sample(lane*1000+n))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if _, twice := want[p]; twice {
					t.Errorf("position %+v given twice", p)
				}
				want[p] = lane*1000 + n
				mu.Unlock()
				_, _ = j.Read(t.Context(), p.Epoch, p.Seq, 1)
				if err := j.SetMark(t.Context(), p.Epoch, p.Seq/2); err != nil {
					t.Error(err)
				}
				_ = j.Stats()
			}
		})
	}
	wg.Wait()
	if len(want) != 320 {
		t.Errorf("%d records", len(want))
	}
	wantContents(t, j, want)
}

func TestClosedJournalRefusesAndSecondCloseIsQuiet(t *testing.T) {
	j := openAt(t, testOptions(t.TempDir()))
	p := add(t, j, 1)
	if err := errors.Join(j.Close(), j.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Append(t.Context(), sample(2)); !errors.Is(err, ErrClosed) {
		t.Errorf("append: %v", err)
	}
	if err := j.SetMark(t.Context(), p.Epoch, 1); !errors.Is(err, ErrClosed) {
		t.Errorf("mark: %v", err)
	}
}

func TestAppendHonoursACancelledContext(t *testing.T) {
	j := openAt(t, testOptions(t.TempDir()))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	stored := uint64(0)
	for range 50 { // handing over and the context race; neither may lie
		if _, err := j.Append(ctx, sample(1)); err == nil {
			stored++
		} else if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	if w := j.Stats().Waiting; w != stored {
		t.Errorf("%d records stored, %d acknowledged", w, stored)
	}
}

func TestOneJournalPerDirectory(t *testing.T) {
	o := testOptions(t.TempDir())
	openAt(t, o)
	if _, err := Open(o); err == nil {
		t.Fatal("a second journal opened the same directory")
	}
}

func TestUnusableTextAndHugeRecordsDoNotStopTheLane(t *testing.T) {
	j := openAt(t, testOptions(t.TempDir()))
	r := sample(5)
	r.Name, r.Address = "Nguy\xff\xfen", strings.Repeat("\xff", checkpoint.MaxPayloadSize)
	p, err := j.Append(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	wantContents(t, j, map[checkpoint.Position]int{p: 5})
	r.Address = strings.Repeat("x", maxBody)
	if _, err := j.Append(t.Context(), r); err == nil || errors.Is(err, ErrFull) {
		t.Errorf("record over the bound: %v", err)
	}
	if p := add(t, j, 6); p.Seq != 2 {
		t.Errorf("the next record has sequence %d, want 2", p.Seq)
	}
}

func TestOptionsReportEveryFaultAtOnce(t *testing.T) {
	_, err := Open(Options{SegmentBytes: 1})
	if err == nil {
		t.Fatal("opened")
	}
	for _, want := range []string{"directory", "province", "box", "box key", "province key", "segment size"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
}

// Neither what a record says nor the key that opens it is in a segment's file:
// every 32 bytes of it are tried as that key.
func TestNoKeyAndNoDocumentNumberIsOnDisk(t *testing.T) {
	o := testOptions(t.TempDir())
	j := openAt(t, o)
	for n := range 20 {
		add(t, j, 779_000_000+n)
	}
	first := add(t, j, 1)
	records, err := j.Read(t.Context(), first.Epoch, first.Seq, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range segmentFiles(t, o.Dir) {
		b, err := os.ReadFile(filepath.Join(o.Dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "77900000") || strings.Contains(string(b), "two-doses") {
			t.Errorf("%s shows what a record says", name)
		}
		if opens(t, b, first.Epoch, records[0]) {
			t.Errorf("%s holds its key", name)
		}
	}
	if !opens(t, append([]byte("x"), dataKey(t, j)...), first.Epoch, records[0]) {
		t.Error("the search does not find a key")
	}
}

// dataKey is the live segment's, as the province gets it.
func dataKey(t *testing.T, j *Journal) []byte {
	t.Helper()
	segments, err := j.Segments(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h, err := ParseHeader(segments[len(segments)-1].Header)
	if err != nil {
		t.Fatal(err)
	}
	_, province := testKeys()
	key, err := hpke.Open(province, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), h.info(), h.SealedKey)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// opens tells whether 32 bytes of b open a record.
func opens(t *testing.T, b []byte, epoch uint64, r Sealed) bool {
	t.Helper()
	zero := make([]byte, 32)
	for at := 0; at+len(zero) <= len(b); at++ {
		key := b[at : at+len(zero)]
		if bytes.Equal(key, zero) {
			continue
		}
		s, err := newSealer(Header{Epoch: epoch}, key)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.open(r); err == nil {
			return true
		}
	}
	return false
}
