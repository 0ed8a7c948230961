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

// However the key and the quotes are written.
func TestSecretsAreTakenOutHoweverTheyAreWritten(t *testing.T) {
	for _, line := range []string{
		`Password = "matkhau123"`, `"password" = 'matkhau123'`, `'password'="matkhau123"`, "password\u00a0=\u00a0\"matkhau123\"",
		`password = """matkhau123"""`, `password = '''matkhau123'''`, "password = \"\"\"\nmatkhau123\"\"\"", `password = """matkhau"123""""`,
	} {
		c := newCard(t, "[wifi]\nname = \"nha\"\n"+line+"\ncountry = \"VN\"\n")
		before := c.take()
		if !before.Fresh || !seed.Bare(c.boot) {
			t.Fatalf("%s: %+v", line, before)
		}
		c.scrub()
		after := c.take()
		if seed.Bare(c.boot) || strings.Contains(c.text(), "mat") || strings.Contains(c.text(), "123") || !after.Fresh || after.Seed.WiFi != before.Seed.WiFi {
			t.Errorf("%s: %+v\n%s", line, after, c.text())
		}
	}
}

// What is not called as it is meant to is named, with what it should be called.
func TestFilesThatAreNearlyCalledRight(t *testing.T) {
	c := newCard(t, good)
	c.take()
	c.scrub()
	for _, name := range []string{"CHECKPOINT.TOML.TXT", "checkpoint (1).toml", "checkpoint-claim.txt.txt", "checkpoint-reply (1).cbor", "checkpoint-claim.txt", "Checkpoint-Status.txt", "config.txt"} {
		if err := os.WriteFile(filepath.Join(c.boot, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	status := string(seed.Report{Read: c.take()}.Text())
	for name, meant := range map[string]string{"CHECKPOINT.TOML.TXT": seed.File, "checkpoint (1).toml": seed.File, "checkpoint-claim.txt.txt": "checkpoint-claim.txt", "checkpoint-reply (1).cbor": "checkpoint-reply.cbor"} {
		if !strings.Contains(status, `"`+name+`" is not read: rename it to `+meant+",") {
			t.Errorf("%s: not told:\n%s", name, status)
		}
	}
	if n := strings.Count(status, "is not read: "); n != 4 {
		t.Errorf("%d files are told, want 4:\n%s", n, status)
	}
}

// The status tells what to do, and nothing that is not so: a file that cannot be
// taken may well have what the configuration lacks.
func TestTheStatusSaysWhatToDo(t *testing.T) {
	_, missing := (&seed.Seed{}).Config(seed.Office{}, seed.Scanner{}, "/s")
	for name, c := range map[string]struct {
		r    seed.Report
		has  []string
		lack []string
	}{
		"faults":     {seed.Report{Read: newCard(t, "box = \"cho-1\"\nlane = 1\n").take(), Missing: missing}, []string{"mend the lines above"}, []string{"is missing", "checkpoint-claim.txt", "nothing;"}},
		"too long":   {seed.Report{Read: newCard(t, strings.Repeat("#", seed.MaxSize+1)).take(), Missing: missing}, []string{"tệp lớn hơn 64 KiB", "more than 64 KiB"}, []string{"is missing"}},
		"UTF-16":     {seed.Report{Read: newCard(t, "b\x00o\x00x\x00=\x00").take(), Missing: missing}, []string{"is not UTF-8"}, []string{"line 1"}},
		"says less":  {seed.Report{Read: newCard(t, "site = \"x\"\n").take(), Missing: missing}, []string{"box is missing", "fill in what is missing in checkpoint.toml"}, []string{"nothing;"}},
		"a password": {seed.Report{Read: newCard(t, "site = \"x\"\n").take(), Bare: true}, []string{"remove it yourself", "see the lines above"}, []string{"nothing;"}},
		"all well":   {seed.Report{Read: newCard(t, "site = \"x\"\n").take()}, []string{"- nothing;"}, []string{"WHAT IS WRONG"}},
	} {
		status := string(c.r.Text())
		for _, part := range c.has {
			if !strings.Contains(status, part) {
				t.Errorf("%s: lacks %q:\n%s", name, part, status)
			}
		}
		for _, part := range c.lack {
			if strings.Contains(status, part) {
				t.Errorf("%s: says %q:\n%s", name, part, status)
			}
		}
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
