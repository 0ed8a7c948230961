package scratch_test

import (
	"errors"
	"os"
	"sync"
	"testing"

	"checkpoint/store/scratch"
)

func TestWhatIsAppendedAtOnceIsReadBack(t *testing.T) {
	f, err := scratch.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	extents := make([]scratch.Extent, 64)
	var wg sync.WaitGroup
	for i := range extents {
		wg.Go(func() {
			e, err := f.Append([]byte{byte(i), byte(i), byte(i)})
			if err != nil {
				t.Error(err)
			}
			extents[i] = e
		})
	}
	wg.Wait()
	for i, e := range extents {
		b := make([]byte, e.Size)
		if _, err := f.ReadAt(b, e.At); err != nil || b[0] != byte(i) || b[2] != byte(i) {
			t.Fatalf("piece %d: %v %v", i, b, err)
		}
	}
	if f.Size() != 3*64 {
		t.Fatalf("size %d", f.Size())
	}
}

func TestNothingIsLeftEvenWhileItIsOpen(t *testing.T) {
	dir := t.TempDir()
	f, err := scratch.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.Append(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) > 0 {
		t.Fatalf("a kill would leave %v (%v)", names, err)
	}
}

func TestAFullDiskIsSaidBeforeItIsFull(t *testing.T) {
	f, err := scratch.New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Room(1 << 10); err != nil {
		t.Fatal(err)
	}
	if err := f.Room(1 << 60); !errors.Is(err, scratch.ErrNoRoom) {
		t.Fatalf("an exabyte: %v", err)
	}
}
