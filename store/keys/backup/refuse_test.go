package backup_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"

	"filippo.io/age"

	"checkpoint/store/keys"
	"checkpoint/store/keys/backup"
)

// A share whose every letter may rot is taken for damaged, or read as it was.
func TestDamagedShareIsNamed(t *testing.T) {
	o := newOffice(t, 3)
	o.backUp("backup", 2)
	path := o.shares("backup", 1)[0]
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := backup.ReadShare(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := range good {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		o.write("backup/share-2.txt", string(bad))
		got, err := backup.ReadShare(path)
		switch {
		case err == nil && got.Label != want.Label:
			t.Fatalf("byte %d flipped: %+v", at, got.Label)
		case err != nil && !strings.Contains(err.Error(), path):
			t.Fatalf("byte %d flipped: the error does not name the file: %v", at, err)
		case err == nil && !bytes.Equal(bytes.TrimSpace(bad), bytes.TrimSpace(good)):
			t.Fatalf("byte %d flipped: accepted", at)
		}
	}
	o.write("backup/share-2.txt", string(good[:len(good)-10]))
	if _, err := o.open("backup", 0, 1); !errors.Is(err, backup.ErrDamaged) {
		t.Errorf("cut off: %v, want ErrDamaged", err)
	}
	if _, err := o.open("backup", 0, 2); err != nil {
		t.Errorf("the other officers: %v", err)
	}
	// An editor of another system saved it.
	o.write("backup/share-2.txt", "\ufeff"+strings.ReplaceAll(string(good), "\n", "\r\n")+"\r\n")
	if _, err := o.open("backup", 0, 1); err != nil {
		t.Errorf("other line ends: %v", err)
	}
}

func TestSharesThatDoNotRestoreSayWhy(t *testing.T) {
	o := newOffice(t, 3)
	first, _ := o.backUp("backup", 2), o.backUp("later", 2)
	gather := func(bundle string, shares ...string) error {
		_, err := backup.Gather(bundle, shares...)
		return err
	}
	a, b := o.shares("backup", 0)[0], o.shares("later", 1)[0]
	rotten, err := os.ReadFile(o.path("backup", backup.BundleFile))
	if err != nil {
		t.Fatal(err)
	}
	rotten[len(rotten)/2] ^= 1
	o.write("rotten.tar", string(rotten))
	o.write("letter.txt", "Kính gửi\n")
	for _, c := range []struct {
		name string
		err  error
		is   error
		says string
	}{
		{"no share", gather(""), backup.ErrTooFew, "none"},
		{"one share", gather("", a), backup.ErrTooFew, "1 of the 2 that are needed; not here: share 2 (Cán bộ thứ 2), share 3 (Cán bộ thứ 3)"},
		{"one share twice", gather("", a, a), backup.ErrMixed, "both share 1 (Cán bộ thứ 1)"},
		{"a share of another backup", gather("", a, b), backup.ErrMixed, b},
		{"its backup is named", gather("", a, b), backup.ErrMixed, first.Backup.Backup},
		{"the bundle of another backup", gather(o.path("later", backup.BundleFile), o.shares("backup", 0, 1)...), backup.ErrMixed, first.Backup.Backup},
		{"a rotten bundle", gather(o.path("rotten.tar"), o.shares("backup", 0, 1)...), backup.ErrDamaged, "rotten.tar"},
		{"no bundle", gather(o.path("none.tar"), o.shares("backup", 0, 1)...), backup.ErrMissing, "none.tar"},
		{"something else", gather("", o.path("letter.txt")), nil, "letter.txt is no share"},
		{"no such file", gather("", o.path("none.txt")), fs.ErrNotExist, "none.txt"},
	} {
		if c.err == nil || c.is != nil && !errors.Is(c.err, c.is) || !strings.Contains(c.err.Error(), c.says) {
			t.Errorf("%s: %v; want %v with %q", c.name, c.err, c.is, c.says)
		}
	}
}

func TestWrongPassphraseIsNamedAndMayBeTriedAgain(t *testing.T) {
	o := newOffice(t, 3)
	o.backUp("backup", 2)
	set, err := backup.Gather("", o.shares("backup", 0, 1)...)
	if err != nil {
		t.Fatal(err)
	}
	wrong, err := age.NewScryptIdentity("con ngựa thứ 9 đi chợ")
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for n, with := range []age.Identity{wrong, stranger} {
		err := set.Unlock(set.Shares[n], with)
		if !errors.Is(err, backup.ErrLocked) || !strings.Contains(err.Error(), o.names[n]) || !strings.Contains(err.Error(), string(set.Shares[n].Lock)) {
			t.Errorf("%v: want ErrLocked with the officer and what was wrong", err)
		}
	}
	for n, share := range set.Shares {
		if err := set.Unlock(share, o.identities[n]); err != nil {
			t.Errorf("after a wrong one: %v", err)
		}
	}
	if _, err := set.Open(); err != nil {
		t.Error(err)
	}
}

// Somebody put the label of another officer's share over a share, with a check
// sum that fits.
func TestExchangedShareIsFound(t *testing.T) {
	o := newOffice(t, 3)
	o.backUp("backup", 2)
	text, err := os.ReadFile(o.shares("backup", 0)[0])
	if err != nil {
		t.Fatal(err)
	}
	label, rest, _ := strings.Cut(string(text), "check: ")
	_, body, _ := strings.Cut(rest, "\n")
	label = strings.Replace(label, "share: 1 of 3", "share: 3 of 3", 1)
	sum := sha256.Sum256([]byte(label + body))
	o.write("backup/share-3.txt", fmt.Sprintf("%scheck: %x\n%s", label, sum[:8], body))
	set, err := backup.Gather("", o.shares("backup", 1, 2)...)
	if err != nil {
		t.Fatal(err)
	}
	if err := set.Unlock(set.Shares[1], o.identities[0]); !errors.Is(err, backup.ErrMixed) {
		t.Errorf("%v, want ErrMixed", err)
	}
}

// A restore never writes over anything, and one that was cut off leaves
// nothing that looks restored and does not stand in the way of the next.
func TestRestoreIsWholeOrNotThere(t *testing.T) {
	o := newOffice(t, 3)
	o.backUp("backup", 2)
	back, err := o.open("backup", 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := back.Write(o.path("keys")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over the keys: %v, want ErrExist", err)
	}
	if err := back.Write(o.path("none", "restored")); err == nil {
		t.Error("a restore into no directory")
	}
	o.write(".restored.unfinished/officer-1.key", "a pie")
	if err := back.Write(o.path("restored")); err != nil {
		t.Fatalf("after a power cut: %v", err)
	}
	if got := o.tree("restored"); got["officer-1.key"] != o.tree("keys")["officer-1.key"] {
		t.Error("a piece of an earlier restore came back")
	}
	left, err := os.ReadDir(o.dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range left {
		if strings.HasPrefix(e.Name(), ".") {
			t.Errorf("%s was left", e.Name())
		}
	}
}

func TestBackupThatWouldNotHelpIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(o *office) (threshold int)
		says   string
	}{
		{"threshold above the officers", func(*office) int { return 4 }, "threshold 4 of 3"},
		{"fewer than sign a snapshot", func(*office) int { return 1 }, "2 officers must agree"},
		{"no officers", func(o *office) int { o.names = nil; return 2 }, "0 officers"},
		{"too many officers", func(o *office) int { o.names = make([]string, 11); return 2 }, "want 1 to 10"},
		{"one officer twice", func(o *office) int { o.names[2] = o.names[0]; return 2 }, "listed twice"},
		{"a name of two lines", func(o *office) int { o.names[0] = "An\nshare: 2"; return 2 }, "want a name"},
		{"no name", func(o *office) int { o.names[0] = ""; return 2 }, "want a name"},
		{"no province.json", func(o *office) int { os.Remove(o.path("keys", keys.ProvinceFile)); return 2 }, "nothing says what the keys are for"},
		{"a key of another province", func(o *office) int { o.write("keys/records.key", strings.Repeat("42", 32)); return 2 }, "records.key: not a key that province.json names"},
		{"a key cut short", func(o *office) int { o.write("keys/officer-2.key", "42"); return 2 }, "officer-2.key: want 64 hexadecimal digits"},
		{"a link", func(o *office) int { os.Symlink("/", o.path("keys", "more")); return 2 }, "neither a file nor a directory"},
		{"no keys", func(o *office) int { os.RemoveAll(o.path("keys")); return 2 }, "keys"},
		{"something there", func(o *office) int { o.write("backup/x", ""); return 2 }, "file already exists"},
	} {
		o := newOffice(t, 3)
		threshold := c.change(o)
		_, err := backup.Prepare(o.path("keys"), o.path("backup"), o.names, threshold, day)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
}

// Keys that officers carry home are not in the directory any more: the backup
// says what it cannot bring back.
func TestWhatIsNotBackedUpIsNamed(t *testing.T) {
	o := newOffice(t, 3)
	for _, name := range []string{keys.OfficerFile(2), keys.RecordsFile} {
		if err := os.Remove(o.path("keys", name)); err != nil {
			t.Fatal(err)
		}
	}
	d := o.backUp("backup", 2)
	if got := strings.Join(d.Missing, ", "); got != "officer 2, records" {
		t.Errorf("missing: %s", got)
	}
	back, err := o.open("backup", 0, 1)
	if err != nil || strings.Join(back.Missing, ", ") != "officer 2, records" {
		t.Errorf("restored: %+v, %v", back, err)
	}
}
