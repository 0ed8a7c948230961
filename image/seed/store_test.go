package seed_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/image/seed"
)

// card is a FAT partition and a data partition.
type card struct {
	t    *testing.T
	boot string
	seed.Store
}

func newCard(t *testing.T, text string) card {
	c := card{t, t.TempDir(), seed.Store{Dir: filepath.Join(t.TempDir(), "seed")}}
	c.put(text)
	return c
}

func (c card) put(text string) {
	c.t.Helper()
	if err := os.WriteFile(filepath.Join(c.boot, seed.File), []byte(text), 0o644); err != nil {
		c.t.Fatal(err)
	}
}

func (c card) text() string {
	c.t.Helper()
	b, err := os.ReadFile(filepath.Join(c.boot, seed.File))
	if err != nil {
		c.t.Fatal(err)
	}
	return string(b)
}

func (c card) take() seed.Read {
	c.t.Helper()
	r, err := c.Take(c.boot)
	if err != nil {
		c.t.Fatal(err)
	}
	return r
}

func (c card) scrub() {
	c.t.Helper()
	if err := seed.Scrub(filepath.Join(c.boot, seed.File)); err != nil {
		c.t.Fatal(err)
	}
}

// Secrets leave the FAT partition once they are kept, in place; the next start
// still knows them, and so it does when somebody changes another line.
func TestSecretsAreTakenOut(t *testing.T) {
	for name, encode := range map[string]func(string) string{
		"UTF-8":  func(s string) string { return s },
		"UTF-16": func(s string) string { return string(wide(s, binary.LittleEndian)) },
	} {
		c := newCard(t, encode(good))
		if r := c.take(); !r.Fresh || !seed.Bare(c.boot) {
			t.Fatalf("%s: %+v", name, r)
		}
		c.scrub()
		if got := c.text(); len(got) != len(encode(good)) || strings.Contains(got, encode("mat khau")[2:]) || strings.Contains(got, "p@ss") || seed.Bare(c.boot) {
			t.Errorf("%s: still there, or moved:\n%s", name, got)
		}
		r := c.take()
		if !r.Fresh || r.Seed.WiFi.Password != "mat khau 'dai' #1" || r.Seed.Proxy.Password != "p@ss word" {
			t.Errorf("%s: the next start has forgotten: %+v", name, r)
		}
	}
	c := newCard(t, good)
	c.take()
	c.scrub()
	c.put(strings.Replace(c.text(), ", cổng 1", ", cổng 2", 1))
	if r := c.take(); r.Seed.Site != "Chợ Bình Tây, cổng 2" || r.Seed.WiFi.Password != "mat khau 'dai' #1" {
		t.Errorf("%+v", r.Seed)
	}
}

// A power cut in the middle of taking a password out leaves a piece of it. That
// is never used for one.
func TestAPasswordCutInTheMiddleIsNotUsed(t *testing.T) {
	c := newCard(t, good)
	c.take()
	for _, torn := range []string{`"*********dai' #1"`, `"mat khau 'd******"`} {
		c.put(strings.Replace(good, `"mat khau 'dai' #1"`, torn, 1))
		if r := c.take(); r.Fresh || len(r.Faults) != 1 || r.Seed == nil || r.Seed.WiFi.Password != "mat khau 'dai' #1" {
			t.Errorf("%s: %+v", torn, r)
		}
	}
}

// A file that does not hold changes nothing: the last good one is in force.
func TestABadFileKeepsTheLastGoodOne(t *testing.T) {
	c := newCard(t, good)
	c.take()
	for _, bad := range []string{"direction = \"up\"\n", "\x00", strings.Repeat("x", seed.MaxSize+1)} {
		c.put(bad)
		if r := c.take(); r.Fresh || r.Seed == nil || r.Seed.Box != "cho-1" || len(r.Faults) == 0 {
			t.Errorf("%.20q: %+v", bad, r)
		}
	}
	if err := os.Remove(filepath.Join(c.boot, seed.File)); err != nil {
		t.Fatal(err)
	}
	if r := c.take(); !r.Absent || r.Seed == nil || r.Seed.Box != "cho-1" {
		t.Errorf("without the file: %+v", r)
	}
}

// Stars without anything kept: a file copied from another card.
func TestStarsThatNobodyKeepsAreAFault(t *testing.T) {
	c := newCard(t, "[wifi]\nname = \"nha\"\npassword = \"********\"\n")
	if r := c.take(); r.Fresh || r.Seed != nil || len(r.Faults) != 1 || !strings.Contains(r.Faults.Error(), "wifi.password: was taken out") {
		t.Errorf("%+v", r)
	}
}

// A kept seed that rots is said and counts as none.
func TestAKeptSeedThatRots(t *testing.T) {
	c := newCard(t, good)
	c.take()
	kept := filepath.Join(c.Dir, "seed.toml")
	if err := os.WriteFile(kept, []byte("site = \x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.put("direction = \"up\"\n")
	if r := c.take(); r.Seed != nil || !strings.Contains(r.Faults.Error(), kept) {
		t.Errorf("%+v", r)
	}
	c.put(good)
	if r := c.take(); !r.Fresh {
		t.Errorf("the card's file serves again: %+v", r)
	}
	info, err := os.Stat(kept)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the kept seed has passwords in it: %v %v", info.Mode(), err)
	}
}

// The status is for any editor: its mark, Windows line ends, both languages; and
// the same state gives the same bytes, so that a start writes nothing.
func TestStatus(t *testing.T) {
	c := newCard(t, "direction = \"up\"\n")
	r := seed.Report{Read: c.take(), Claim: seed.Waiting, Machine: "AAAA-BBBB", Province: "CCCC-DDDD", Offline: true}
	text := string(r.Text())
	if !strings.HasPrefix(text, "\ufeff") || strings.Count(text, "\n") != strings.Count(text, "\r\n") {
		t.Errorf("not for Windows: %q", text)
	}
	for _, part := range []string{"checkpoint.toml, dòng 1: direction: ", "checkpoint.toml, line 1: direction: ", "AAAA-BBBB", "CCCC-DDDD", "checkpoint-request.cbor", "4 waiting for the office"} {
		if !strings.Contains(text, part) {
			t.Errorf("it lacks %q:\n%s", part, text)
		}
	}
	if !r.Stale(c.boot) {
		t.Error("nothing was written yet")
	}
	if err := r.Write(c.boot); err != nil || r.Stale(c.boot) {
		t.Errorf("written: %v", err)
	}
}

// What is the machine's own is made once, and made again where it is torn.
func TestMachineIDAndHostKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "seed")
	read := func() (id, key string) {
		if err := seed.MakeMachineID(dir); err != nil {
			t.Fatal(err)
		}
		if err := seed.MakeHostKey(dir); err != nil {
			t.Fatal(err)
		}
		a, errA := os.ReadFile(filepath.Join(dir, seed.MachineIDFile))
		b, errB := os.ReadFile(filepath.Join(dir, seed.HostKeyFile))
		if errA != nil || errB != nil {
			t.Fatal(errA, errB)
		}
		return string(a), string(b)
	}
	id, key := read()
	if len(id) != 33 || !strings.HasPrefix(key, "-----BEGIN OPENSSH PRIVATE KEY-----") {
		t.Errorf("%q %.40q", id, key)
	}
	if again, same := read(); again != id || same != key {
		t.Error("they change")
	}
	for _, name := range []string{seed.MachineIDFile, seed.HostKeyFile} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if other, otherKey := read(); other == id || otherKey == key || len(other) != 33 {
		t.Error("an empty file is kept for one")
	}
}
