package keycache

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"checkpoint/store/snapshot"
)

type secret = [snapshot.SecretStart]byte

func tag(n int) (t snapshot.Tag) {
	binary.BigEndian.PutUint32(t[:], uint32(n))
	return t
}

// key is what the secret of document n, with that birth date, would become.
func key(n int, birth byte) snapshot.Digest { return snapshot.Digest{byte(n), byte(n >> 8), birth} }

func open(t interface{ Fatal(...any) }, o Options) *Cache {
	c, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func options(dir string, whole bool) Options {
	return Options{Dir: dir, Pepper: snapshot.Pepper{1}, Stretch: snapshot.StretchArgon2id, Whole: whole}
}

// build uses the keys of some documents and tells how many it had to make.
func build(t interface{ Fatal(...any) }, c *Cache, births map[int]byte) (made int) {
	r, err := c.Read()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for n := range 400 {
		birth, ok := births[n]
		if !ok {
			continue
		}
		got, known, err := r.Find(tag(n), secret{birth})
		if err != nil {
			t.Fatal(err)
		}
		if known && got != key(n, birth) {
			t.Fatal("the key of another record")
		}
		if !known {
			made++
		}
		if err := c.Keep(tag(n), secret{birth}, key(n, birth), !known); err != nil {
			t.Fatal(err)
		}
	}
	return made
}

// Whatever builds come one after the other, whole or not, finished or not: a
// key is made once, until a base does not need it.
func TestAKeyIsMadeOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp("", "keys-")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		type record struct {
			n     int
			birth byte
		}
		have := map[record]bool{}
		for range rapid.IntRange(1, 6).Draw(t, "builds") {
			births := rapid.MapOf(rapid.IntRange(0, 399), rapid.ByteRange(1, 2)).Draw(t, "records")
			whole, finished := rapid.Bool().Draw(t, "whole"), rapid.Bool().Draw(t, "finished")
			c := open(t, options(dir, whole))
			want := 0
			for n, birth := range births {
				if !have[record{n, birth}] {
					want++
				}
			}
			if made := build(t, c, births); made != want {
				t.Fatalf("%d keys made, want %d", made, want)
			}
			if whole && finished {
				clear(have)
			}
			for n, birth := range births {
				have[record{n, birth}] = true
			}
			end := c.Close
			if finished {
				end = c.Finish
			}
			if err := end(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func all(n int) map[int]byte {
	births := map[int]byte{}
	for i := range n {
		births[i] = 1
	}
	return births
}

func files(t *testing.T, dir string) (keys, journal string) {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, "stretched-*"))
	if err != nil || len(list) != 2 {
		t.Fatalf("files %v, %v", list, err)
	}
	return list[1], list[0]
}

// A flipped bit or a cut costs the keys it hits, and never gives a wrong one.
func TestDamageCostsWhatItHits(t *testing.T) {
	for _, file := range []string{"keys", "journal"} {
		dir := t.TempDir()
		c := open(t, options(dir, true))
		build(t, c, all(100))
		if err := c.Finish(); err != nil {
			t.Fatal(err)
		}
		path, journal := files(t, dir)
		if file == "journal" {
			if err := os.Rename(path, journal); err != nil {
				t.Fatal(err)
			}
			path = journal
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		b[10*recordSize+30] ^= 1
		if err := os.WriteFile(path, b[:len(b)-1], 0o600); err != nil {
			t.Fatal(err)
		}
		c = open(t, options(dir, true))
		if made := build(t, c, all(100)); made != 2 {
			t.Errorf("%s: %d keys made anew, want 2", file, made)
		}
		if err := c.Finish(); err != nil {
			t.Fatal(err)
		}
		c = open(t, options(dir, true))
		if made := build(t, c, all(100)); made != 0 {
			t.Errorf("%s: %d keys made once more", file, made)
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// The work of a build that is killed is on disk soon, not at its end.
func TestAKilledBuildKeepsItsWork(t *testing.T) {
	dir := t.TempDir()
	c := open(t, options(dir, true))
	defer c.Close()
	c.journal.wrote = c.journal.wrote.Add(-writeEvery)
	build(t, c, all(1))
	b, err := os.ReadFile(c.journal.path)
	want := encode(tag(0), secret{1}, key(0, 1))
	if err != nil || !bytes.Equal(b, want[:]) {
		t.Fatalf("the journal has %d bytes: %v", len(b), err)
	}
}

func TestOneBuildAtATimeAndForItsOwnerOnly(t *testing.T) {
	dir := t.TempDir()
	c := open(t, options(dir, true))
	if _, err := Open(options(dir, false)); !errors.Is(err, ErrBusy) {
		t.Fatalf("a second build: %v", err)
	}
	build(t, c, all(10))
	if err := c.Finish(); err != nil {
		t.Fatal(err)
	}
	keys, journal := files(t, dir)
	for _, path := range []string{keys, journal} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
	other := options(dir, false)
	other.Pepper = snapshot.Pepper{2}
	c = open(t, other)
	defer c.Close()
	if made := build(t, c, all(10)); made != 10 || !slices.Equal(c.Others(), []string{filepath.Base(keys)}) {
		t.Errorf("with another pepper: %d keys made, others %v", made, c.Others())
	}
}
