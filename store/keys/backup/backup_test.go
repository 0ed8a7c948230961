package backup_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"checkpoint/store/keys"
	"checkpoint/store/keys/backup"
)

var day = time.Date(2021, 10, 1, 9, 0, 0, 0, time.UTC)

// office is a province with keys and officers who have keys or passphrases.
type office struct {
	t          *testing.T
	dir        string
	names      []string
	recipients []age.Recipient
	identities []age.Identity
}

func newOffice(t *testing.T, officers int) *office {
	t.Helper()
	o := &office{t: t, dir: t.TempDir()}
	if _, err := keys.Init(o.path("keys"), "mau", 3, 2); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.OnlineSigner(o.path("keys", keys.OnlineFile)); err != nil {
		t.Fatal(err)
	}
	o.write("keys/ca/ca.key", "a certificate authority's secret\n")
	for n := range officers {
		o.names = append(o.names, fmt.Sprintf("Cán bộ thứ %d", n+1))
		if n%2 == 0 { // every other one types a passphrase
			to, errTo := age.NewScryptRecipient(o.passphrase(n))
			with, err := age.NewScryptIdentity(o.passphrase(n))
			if err := errors.Join(errTo, err); err != nil {
				t.Fatal(err)
			}
			to.SetWorkFactor(4) // the tests' officers are in a hurry
			o.recipients, o.identities = append(o.recipients, to), append(o.identities, with)
			continue
		}
		own, err := age.GenerateX25519Identity()
		if err != nil {
			t.Fatal(err)
		}
		o.recipients, o.identities = append(o.recipients, own.Recipient()), append(o.identities, own)
	}
	return o
}

func (o *office) passphrase(n int) string { return fmt.Sprintf("con ngựa thứ %d đi chợ", n+1) }

func (o *office) path(parts ...string) string {
	return filepath.Join(append([]string{o.dir}, parts...)...)
}

func (o *office) write(name, text string) {
	o.t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(o.path(name)), 0o700), os.WriteFile(o.path(name), []byte(text), 0o600)); err != nil {
		o.t.Fatal(err)
	}
}

// backUp makes a backup in the directory out.
func (o *office) backUp(out string, threshold int) *backup.Draft {
	o.t.Helper()
	d, err := backup.Prepare(o.path("keys"), o.path(out), o.names, threshold, day)
	if err == nil {
		err = d.Write(o.recipients)
	}
	if err != nil {
		o.t.Fatal(err)
	}
	return d
}

// shares are the paths of officers' shares, counted from 0.
func (o *office) shares(out string, officers ...int) (paths []string) {
	for _, n := range officers {
		paths = append(paths, o.path(out, backup.ShareFile(n+1)))
	}
	return paths
}

// open gathers and unlocks these officers' shares of a backup.
func (o *office) open(out string, officers ...int) (*backup.Keys, error) {
	set, err := backup.Gather("", o.shares(out, officers...)...)
	if err != nil {
		return nil, err
	}
	for _, share := range set.Shares {
		if err := set.Unlock(share, o.identities[share.Share-1]); err != nil {
			return nil, err
		}
	}
	return set.Open()
}

// tree is every file below a directory, with its mode.
func (o *office) tree(dir string) map[string]string {
	o.t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(os.DirFS(o.path(dir)), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(o.path(dir, name))
		files[name] = string(b)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return files
}

// subsets gives every choice of k out of n.
func subsets(n, k int) (all [][]int) {
	var choose func(from int, chosen []int)
	choose = func(from int, chosen []int) {
		if len(chosen) == k {
			all = append(all, slices.Clone(chosen))
			return
		}
		for i := from; i < n; i++ {
			choose(i+1, append(chosen, i))
		}
	}
	choose(0, nil)
	return all
}

func TestEveryQuorumRestoresTheSameBytes(t *testing.T) {
	for _, c := range []struct{ of, needed int }{{2, 2}, {3, 2}, {4, 3}} {
		o := newOffice(t, c.of)
		made := o.backUp("backup", c.needed)
		want := o.tree("keys")
		if len(made.Files) != len(want) || len(made.Missing) != 0 {
			t.Errorf("in the backup %v, missing %v; want %d files", made.Files, made.Missing, len(want))
		}
		for i, quorum := range subsets(c.of, c.needed) {
			slices.Reverse(quorum) // in whatever order officers come
			back, err := o.open("backup", quorum...)
			if err != nil {
				t.Fatalf("%d of %d, officers %v: %v", c.needed, c.of, quorum, err)
			}
			out := fmt.Sprint("restored", i)
			if err := back.Write(o.path(out)); err != nil {
				t.Fatal(err)
			}
			got := o.tree(out)
			for name := range want {
				if got[name] != want[name] {
					t.Errorf("%d of %d, officers %v: %s came back different", c.needed, c.of, quorum, name)
				}
			}
			if len(got) != len(want) {
				t.Errorf("%d files came back, want %d", len(got), len(want))
			}
		}
		if _, err := o.open("backup", subsets(c.of, c.of)[0]...); err != nil {
			t.Errorf("all %d officers: %v", c.of, err)
		}
	}
}

func TestRestoredFilesAreTheOwnersAlone(t *testing.T) {
	o := newOffice(t, 3)
	o.backUp("backup", 2)
	back, err := o.open("backup", 0, 2)
	if err == nil {
		err = back.Write(o.path("restored"))
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{"backup", "restored"} {
		err := filepath.WalkDir(o.path(dir), func(path string, d fs.DirEntry, err error) error {
			info, _ := d.Info()
			if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; info.Mode().Perm() != want {
				t.Errorf("%s has mode %04o, want %04o", path, info.Mode().Perm(), want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := keys.ReadRecords(o.path("restored", keys.RecordsFile)); err != nil {
		t.Error(err)
	}
}

// One officer short, nothing opens, whatever is tried: not with the product,
// and not by peeling the layers by hand.
func TestOneShareShortOpensNothing(t *testing.T) {
	o := newOffice(t, 4)
	o.backUp("backup", 3)
	bundle := untar(t, o.path("backup", backup.BundleFile))
	for _, few := range subsets(4, 2) {
		_, err := o.open("backup", few...)
		if !errors.Is(err, backup.ErrTooFew) {
			t.Errorf("officers %v: %v, want ErrTooFew", few, err)
			continue
		}
		for n, name := range o.names {
			if named := strings.Contains(err.Error(), name); named == slices.Contains(few, n) {
				t.Errorf("officers %v: %s named as absent: %t", few, name, named)
			}
		}
		members := []age.Identity{o.member("backup", few[0]), o.member("backup", few[1])}
		for name, sealed := range bundle {
			if strings.HasSuffix(name, ".age") && bytes.Contains(peel(sealed, members...), []byte("AGE-SECRET-KEY")) {
				t.Errorf("officers %v open %s", few, name)
			}
		}
	}
	two, err := backup.Gather("", o.shares("backup", 0, 1, 2)...)
	if err == nil {
		_, err = two.Open() // nobody unlocked anything
	}
	if !errors.Is(err, backup.ErrTooFew) {
		t.Errorf("locked shares: %v, want ErrTooFew", err)
	}
}

// The way back without this program, as DESIGN.md tells it.
func TestTheAgeToolAloneRestores(t *testing.T) {
	o := newOffice(t, 3)
	o.backUp("backup", 2)
	bundle := untar(t, o.path("backup", backup.BundleFile))
	own := peel(bundle["quorum/2-3.age"], o.member("backup", 1), o.member("backup", 2))
	with, err := age.ParseIdentities(bytes.NewReader(own))
	if err != nil {
		t.Fatal(err)
	}
	packed := peel(bundle["secrets.age"], with...)
	if got, want := untarred(t, packed)[keys.PepperFile], o.tree("keys")[keys.PepperFile]; string(got) != want || want == "" {
		t.Error("the pepper did not come back")
	}
}

func TestNothingSecretIsInClear(t *testing.T) {
	o := newOffice(t, 3)
	o.backUp("backup", 2)
	for file, b := range o.tree("backup") {
		for name, secret := range o.tree("keys") {
			if name != keys.ProvinceFile && strings.Contains(b, strings.TrimSpace(secret)) {
				t.Errorf("%s shows %s", file, name)
			}
		}
		if strings.Contains(b, "AGE-SECRET-KEY") {
			t.Errorf("%s shows a key", file)
		}
		for n := range o.names {
			if strings.Contains(b, o.passphrase(n)) {
				t.Errorf("%s shows a passphrase", file)
			}
		}
	}
}
