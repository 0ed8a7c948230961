package extsort_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"checkpoint/store/extsort"
)

func collect(t rapid.TB, sorted iter.Seq2[[]byte, error]) (all [][]byte) {
	for r, err := range sorted {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, bytes.Clone(r))
	}
	return all
}

// Small memories make many runs, down to one record each.
func TestEqualsSortingInMemory(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		// Few different bytes, so that prefixes and whole records are often equal.
		record := rapid.SliceOfN(rapid.SampledFrom([]byte{0, 1, 255}), 0, 20)
		want := rapid.SliceOfN(record, 0, 400).Draw(t, "records")
		s := extsort.New(extsort.Options{Dir: dir, Memory: rapid.IntRange(1, 8000).Draw(t, "memory")})
		defer s.Close()
		for _, r := range want {
			if err := s.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		slices.SortFunc(want, bytes.Compare)
		for pass, sorted := range []iter.Seq2[[]byte, error]{s.Sorted(), s.Ahead(), s.Sorted()} {
			if got := collect(t, sorted); !slices.EqualFunc(got, want, bytes.Equal) {
				t.Fatalf("pass %d: got %q, want %q", pass, got, want)
			}
		}
	})
}

func TestLongRecordsAndManyWriters(t *testing.T) {
	s := extsort.New(extsort.Options{Dir: t.TempDir(), Memory: 1 << 20})
	defer s.Close()
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 200 {
				r := make([]byte, 4+rand.IntN(extsort.MaxRecord-3))
				binary.BigEndian.PutUint32(r, uint32(i*4+w))
				if err := s.Add(r); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := collect(t, s.Ahead()); len(got) != 800 || s.Len() != 800 || !slices.IsSortedFunc(got, bytes.Compare) {
		t.Fatalf("%d records", len(got))
	}
	if err := s.Add(nil); err == nil {
		t.Error("a record was taken after the end")
	}
}

func TestReadingCanStopAndStartAgain(t *testing.T) {
	s := extsort.New(extsort.Options{Dir: t.TempDir(), Memory: 100})
	defer s.Close()
	for i := range 100 {
		if err := s.Add([]byte{byte(99 - i)}); err != nil {
			t.Fatal(err)
		}
	}
	for _, sorted := range []iter.Seq2[[]byte, error]{s.Sorted(), s.Ahead()} {
		for r, err := range sorted {
			if err != nil || r[0] != 0 {
				t.Fatal(r, err)
			}
			break
		}
	}
	if got := collect(t, s.Ahead()); len(got) != 100 || got[99][0] != 99 {
		t.Fatalf("%d records the second time", len(got))
	}
}

func TestADiskThatIsNotThereIsAnError(t *testing.T) {
	s := extsort.New(extsort.Options{Dir: t.TempDir() + "/nowhere", Memory: 100})
	defer s.Close()
	var err error
	for i := 0; i < 1000 && err == nil; i++ {
		err = s.Add(make([]byte, 50))
	}
	if !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("got %v", err)
	}
	for _, sorted := range []iter.Seq2[[]byte, error]{s.Sorted(), s.Ahead()} {
		errs := 0
		for r, err := range sorted {
			if err == nil {
				t.Fatalf("record %x came out after an error", r)
			}
			errs++
		}
		if errs != 1 {
			t.Errorf("told %d times", errs)
		}
	}
}

func TestTooLongARecordIsRefused(t *testing.T) {
	s := extsort.New(extsort.Options{})
	defer s.Close()
	if err := s.Add(make([]byte, extsort.MaxRecord+1)); err == nil {
		t.Fatal("taken")
	}
}

func TestClosedTwiceAndUnreadIsFine(t *testing.T) {
	s := extsort.New(extsort.Options{Dir: t.TempDir(), Memory: 10})
	for range 50 {
		if err := s.Add([]byte("0123456789")); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(s.Close(), s.Close()); err != nil {
		t.Fatal(err)
	}
	for _, err := range s.Sorted() {
		if err == nil {
			t.Fatal("a closed sorter gave records")
		}
	}
}

func BenchmarkSort(b *testing.B) {
	for _, memory := range []int{4 << 20, 32 << 20} {
		b.Run(fmt.Sprintf("%dMiB", memory>>20), func(b *testing.B) {
			const records = 1_000_000
			b.SetBytes(records * 100)
			r := rand.NewChaCha8([32]byte{})
			record := make([]byte, 100)
			for b.Loop() {
				s := extsort.New(extsort.Options{Dir: b.TempDir(), Memory: memory})
				for range records {
					r.Read(record)
					if err := s.Add(record); err != nil {
						b.Fatal(err)
					}
				}
				for _, err := range s.Sorted() {
					if err != nil {
						b.Fatal(err)
					}
				}
				s.Close()
			}
		})
	}
}
