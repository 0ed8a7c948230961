package snapshot_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"checkpoint"
	"checkpoint/store/snapshot"
)

// mixed has every type of entry.
func mixed(n int) (list []snapshot.Entry) {
	for i := range n {
		p := invented(i)
		switch i % 5 {
		case 3:
			list = append(list, snapshot.Entry{Removed: &snapshot.Removed{Kind: p.Kind, Number: p.Number}, Row: i + 1})
		case 4:
			list = append(list, snapshot.Entry{Alias: &snapshot.Alias{Kind: checkpoint.KindCMND, Number: fmt.Sprintf("%09d", i), Birth: p.Birth, MainKind: p.Kind, Main: p.Number}, Row: i + 1})
			fallthrough
		default:
			list = append(list, snapshot.Entry{Person: p, Row: i + 1})
		}
	}
	return list
}

func build(t *testing.T, dir string, work snapshot.Work, entries []snapshot.Entry) snapshot.LayerRef {
	t.Helper()
	w, err := snapshot.NewLayerWriter(snapshot.Plan{Province: "mau", Kind: snapshot.LayerBase, Number: 1, Work: work}, snapshot.Pepper{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := w.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	ref, err := w.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func fileSum(t *testing.T, dir string, ref snapshot.LayerRef) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, ref.FileName()))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(b))
}

// Boxes in the field hold layers: the bytes of a layer change only with its
// format number.
func TestGoldenLayer(t *testing.T) {
	dir := t.TempDir()
	ref := build(t, dir, snapshot.Work{}, mixed(5000))
	if got, want := fmt.Sprintf("%x", ref.Root), "feda92ebb1f8c3b1a3575b100154048f020b06a4ea8dad349bda530557b371ca"; got != want {
		t.Errorf("root %s, want %s", got, want)
	}
	if got, want := fileSum(t, dir, ref), "6b16e7d6798b8a5dcec29bfc1ae8a689a918eda60ff400762d0e2c456c0ef2b8"; got != want {
		t.Errorf("file %s, want %s", got, want)
	}
}

func TestOrderMemoryAndWorkersDoNotChangeTheBytes(t *testing.T) {
	entries := mixed(60_000) // more than one run of blocks
	dir := t.TempDir()
	want := build(t, dir, snapshot.Work{Workers: 1}, entries)
	sum := fileSum(t, dir, want)
	for i, work := range []snapshot.Work{{Memory: 1 << 20, Workers: 7}, {Workers: 3}} {
		rand.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		other := t.TempDir()
		work.Temp = other
		if got := build(t, other, work, entries); got != want || fileSum(t, other, got) != sum {
			t.Errorf("work %d gives another layer", i)
		}
		if names, err := os.ReadDir(other); err != nil || len(names) != 1 {
			t.Errorf("left beside the layer: %v %v", names, err)
		}
	}
}

func TestAMemoryOfOneByteIsSlowAndRight(t *testing.T) {
	dir, entries := t.TempDir(), mixed(300)
	want := build(t, dir, snapshot.Work{}, entries)
	if got := build(t, dir, snapshot.Work{Temp: dir, Memory: 1}, entries); got != want {
		t.Error("another layer")
	}
}

func TestEntriesMayComeFromManyGoroutines(t *testing.T) {
	entries := mixed(3000)
	dir := t.TempDir()
	want := build(t, dir, snapshot.Work{}, entries)
	w, err := snapshot.NewLayerWriter(snapshot.Plan{Province: "mau", Kind: snapshot.LayerBase, Number: 1, Work: snapshot.Work{Temp: dir, Memory: 1 << 16}}, snapshot.Pepper{1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for part := range 4 {
		wg.Go(func() {
			for i := part; i < len(entries); i += 4 {
				if err := w.Add(entries[i]); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got, err := w.Write(dir); err != nil || got != want {
		t.Fatalf("another layer (%v)", err)
	}
}

func TestDuplicatesAreNamedByRowAndNotByNumber(t *testing.T) {
	w, err := snapshot.NewLayerWriter(snapshot.Plan{Province: "mau", Kind: snapshot.LayerBase, Number: 1}, snapshot.Pepper{})
	if err != nil {
		t.Fatal(err)
	}
	for i, who := range []int{1, 2, 3, 2, 4, 3, 5} {
		if err := w.Add(snapshot.Entry{Person: invented(who), Row: i + 1}); err != nil {
			t.Fatal(err)
		}
	}
	gone := invented(5)
	if err := w.Add(snapshot.Entry{Removed: &snapshot.Removed{Kind: gone.Kind, Number: gone.Number}, Row: 1}); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	_, err = w.Write(dir)
	var twice *snapshot.DuplicateError
	if !errors.As(err, &twice) || twice.Count != 3 || len(twice.Pairs) != 3 {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{
		"3 document numbers", "person 4 of the file: its cccd number stands in an earlier row too (person 2 of the file)",
		"person 6 of the file: its cccd number stands in an earlier row too (person 3 of the file)", "line 1 of the removed numbers",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), invented(2).Number) {
		t.Error("the error quotes a number")
	}
	if names, _ := os.ReadDir(dir); len(names) > 0 {
		t.Errorf("left behind: %v", names)
	}
}

var errStop = errors.New("enough")

func TestAStopLeavesNothing(t *testing.T) {
	for _, at := range []string{"sort", "write"} {
		dir := t.TempDir()
		w, err := snapshot.NewLayerWriter(snapshot.Plan{Province: "mau", Kind: snapshot.LayerBase, Number: 1, Work: snapshot.Work{
			Temp: dir, Memory: 1 << 20,
			Step: func(step string, done, all int) error {
				if step == at && done > 8000 && all == 20_001 {
					return errStop
				}
				return nil
			},
		}}, snapshot.Pepper{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 20_000 {
			if err := w.Add(snapshot.Entry{Person: invented(i)}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Write(dir); !errors.Is(err, errStop) {
			t.Errorf("%s: got %v", at, err)
		}
		if names, _ := os.ReadDir(dir); len(names) > 0 {
			t.Errorf("%s: left behind: %v", at, names)
		}
	}
}
