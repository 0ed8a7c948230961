package nbd

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newDisk is an empty disk of so many sectors.
func newDisk(t testing.TB, sectors int) *Disk {
	t.Helper()
	file := filepath.Join(t.TempDir(), "disk")
	must(t, os.WriteFile(file, make([]byte, sectors*SectorSize), 0o600))
	d, err := Open(file)
	must(t, err)
	t.Cleanup(func() { must(t, d.Close()) })
	return d
}

func filled(with byte, sectors int) []byte { return bytes.Repeat([]byte{with}, sectors*SectorSize) }

// content is the first byte of each sector, all of whose bytes must be like it.
func content(t interface{ Fatalf(string, ...any) }, d *Disk) []byte {
	b := make([]byte, d.size)
	if err := d.readAt(b, 0); err != nil {
		t.Fatalf("read: %v", err)
	}
	var sectors []byte
	for s := range slices.Chunk(b, SectorSize) {
		if !bytes.Equal(s, filled(s[0], 1)) {
			t.Fatalf("a sector is torn inside: %x", s)
		}
		sectors = append(sectors, s[0])
	}
	return sectors
}

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) }

// Whatever was written, flushed, and written through the cache, and whenever the
// power goes: a sector has what was in it at the last moment at which that was
// certain, or something that was written to it since.
func TestACutLosesNothingThatIsCertainAndInventsNothing(t *testing.T) {
	const size = 24
	rapid.Check(t, func(rt *rapid.T) {
		d := newDisk(t, size)
		possible := make([][]byte, size)
		certain := func() {
			for i, now := range content(rt, d) {
				possible[i] = []byte{now}
			}
		}
		certain()
		for i := range rapid.IntRange(1, 60).Draw(rt, "steps") {
			switch kind := rapid.IntRange(0, 9).Draw(rt, "step"); kind {
			case 0:
				must(t, d.flush())
				certain()
			case 1:
				_, err := d.Cut(seeded(rapid.Uint64().Draw(rt, "seed")))
				must(t, err)
				for s, now := range content(rt, d) {
					if !slices.Contains(possible[s], now) {
						rt.Fatalf("sector %d has %d, which can only be one of %d", s, now, possible[s])
					}
				}
				certain()
			default:
				at := rapid.IntRange(0, size-1).Draw(rt, "at")
				n := rapid.IntRange(1, size-at).Draw(rt, "sectors")
				through := kind == 2
				must(t, d.writeAt(filled(byte(i+1), n), int64(at)*SectorSize, through))
				for s := at; s < at+n; s++ {
					if through {
						possible[s] = nil
					}
					possible[s] = append(possible[s], byte(i+1))
				}
			}
		}
	})
}

// Of the writes before a cut any can be the one that is missing, and any can be
// torn: over many cuts each fate is seen, in every order.
func TestEveryFateIsDrawn(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(400) {
		d := newDisk(t, 8)
		must(t, d.writeAt(filled(1, 4), 0, false))
		must(t, d.writeAt(filled(2, 4), 4*SectorSize, false))
		losses, err := d.Cut(seeded(seed))
		must(t, err)
		var fates []byte
		for s := range slices.Chunk(content(t, d), 4) {
			switch {
			case s[0] == 0:
				fates = append(fates, 'l')
			case s[3] == 0:
				fates = append(fates, 't')
			default:
				fates = append(fates, 's')
			}
		}
		if want := (Losses{2, bytes.Count(fates, []byte("l")), bytes.Count(fates, []byte("t"))}); losses != want {
			t.Errorf("%s, of which it says: %v", fates, losses)
		}
		seen[string(fates)]++
	}
	if len(seen) != 9 {
		t.Errorf("of the nine pairs of fates only these came: %v", seen)
	}
}

func TestTheSameSeedLosesTheSame(t *testing.T) {
	after := func() []byte {
		d := newDisk(t, 64)
		for i := range 32 {
			must(t, d.writeAt(filled(byte(i+1), 2), int64(i*2*SectorSize), false))
		}
		_, err := d.Cut(seeded(7))
		must(t, err)
		return content(t, d)
	}
	if a, b := after(), after(); !bytes.Equal(a, b) {
		t.Errorf("%d, then %d", a, b)
	}
}

// A disk's cache is not boundless: what is long written is there without a flush.
func TestTheOldestIsWrittenBeforeTheCacheIsFull(t *testing.T) {
	const piece = 1 << 20
	d := newDisk(t, (cacheSize+piece)/SectorSize)
	for at := int64(0); at < cacheSize+piece; at += piece {
		must(t, d.writeAt(filled(1, piece/SectorSize), at, false))
	}
	losses, err := d.Cut(seeded(1))
	must(t, err)
	first := make([]byte, piece)
	must(t, d.readAt(first, 0))
	if losses.Unflushed != cacheSize/piece || !bytes.Equal(first, filled(1, piece/SectorSize)) {
		t.Errorf("%v; the first sector has %d", losses, first[0])
	}
}

// At the chosen write the disk falls silent; after the cut it works again.
func TestItStopsAtAWrite(t *testing.T) {
	d := newDisk(t, 8)
	stopped := d.StopAfter(2)
	must(t, d.writeAt(filled(1, 1), 0, false))
	select {
	case <-stopped:
		t.Fatal("it stopped at the first write")
	default:
	}
	must(t, d.flush())
	second := d.writeAt(filled(2, 1), SectorSize, false)
	<-stopped
	for _, err := range []error{second, d.flush(), d.readAt(make([]byte, 1), 0), d.writeAt(filled(3, 1), 0, true)} {
		if !errors.Is(err, errStopped) {
			t.Errorf("an answer after the end: %v", err)
		}
	}
	losses, err := d.Cut(seeded(1))
	must(t, err)
	if got := content(t, d); losses.Unflushed != 1 || got[0] != 1 || got[1] > 2 || got[2] != 0 || d.Writes() != 2 {
		t.Errorf("%v, %d, after %d writes", losses, got, d.Writes())
	}
}
