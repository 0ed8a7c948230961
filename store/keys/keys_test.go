package keys_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
)

func TestInitMakesKeysThatFitTogetherAndStaySecret(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	trust, err := keys.Init(dir, "mau", 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	read, err := snapshot.ReadTrust(filepath.Join(dir, keys.ProvinceFile))
	if err != nil || read.Province != "mau" || read.Snapshot.Threshold != 2 || len(read.Snapshot.Keys) != 3 {
		t.Fatalf("%+v %v", read, err)
	}
	for n := range 3 {
		key, err := keys.ReadSigner(filepath.Join(dir, keys.OfficerFile(n+1)))
		if err != nil {
			t.Fatal(err)
		}
		sig := snapshot.Sign([]byte("x"), key)
		if _, ok := trust.Snapshot.Find(sig.Key); !ok {
			t.Errorf("officer %d is not in province.json", n+1)
		}
	}
	if _, err := snapshot.ReadPepper(filepath.Join(dir, keys.PepperFile)); err != nil {
		t.Error(err)
	}
	private, err := keys.ReadRecords(filepath.Join(dir, keys.RecordsFile))
	if err != nil {
		t.Fatal(err)
	}
	public, err := keys.RecordsPublic(trust)
	if err != nil || string(private.PublicKey().Bytes()) != string(public.Bytes()) {
		t.Errorf("records key: %v", err)
	}
	if _, err := keys.Init(dir, "mau", 3, 2); err == nil {
		t.Error("keys were overwritten")
	}
	secret := filepath.Join(dir, keys.OfficerFile(1))
	if err := os.Chmod(secret, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.ReadSigner(secret); err == nil {
		t.Error("a key that everybody can read was accepted")
	}
}

func TestKeysWhereOthersCanChangeThemAreRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	if _, err := keys.Init(dir, "mau", 1, 1); err != nil {
		t.Fatal(err)
	}
	for mode, good := range map[os.FileMode]bool{0o770: false, 0o757: false, 0o777 | os.ModeSticky: true, 0o755: true, 0o700: true} {
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		_, err := keys.ReadSigner(filepath.Join(dir, keys.OfficerFile(1)))
		if (err == nil) != good || err != nil && !strings.Contains(err.Error(), "chmod 700") {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
}

func TestBoxKeyIsMadeOnceAndKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "box.key")
	first, err := keys.BoxSigner(path)
	if err != nil {
		t.Fatal(err)
	}
	second, err := keys.BoxSigner(path)
	if err != nil || !first.Equal(second) {
		t.Fatalf("another key at the second start: %v", err)
	}
}

func TestAKeyThatCannotBeWrittenLeavesNoPiece(t *testing.T) {
	path := filepath.Join(t.TempDir(), "box.key")
	// A power cut in the middle of writing leaves a piece under the temporary name.
	if err := os.WriteFile(path+".new", []byte("12"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := keys.BoxSigner(path); err != nil {
		t.Fatalf("after a piece was left: %v", err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v %v", info.Mode(), err)
	}
	if _, err := keys.BoxSigner(filepath.Join(t.TempDir(), "no", "box.key")); err == nil {
		t.Fatal("a key in no directory")
	}
}

// A province from before there was an office gets its key, once; everything
// else stays.
func TestOfficeForOlderKeys(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	trust, err := keys.Init(dir, "mau", 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	old := trust
	old.Office = snapshot.KeySet{}
	if err := keys.WriteTrust(filepath.Join(dir, keys.ProvinceFile), old); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, keys.OfficeFile)); err != nil {
		t.Fatal(err)
	}
	added, err := keys.AddOffice(dir)
	if err != nil || len(added.Office.Keys) != 1 || keys.SameProvince(added, trust) {
		t.Fatalf("%+v, %v", added.Office, err)
	}
	again, err := keys.AddOffice(dir)
	if err != nil || !keys.SameProvince(added, again) {
		t.Errorf("the second time another key: %v", err)
	}
	again.Office = snapshot.KeySet{}
	if !keys.SameProvince(again, old) {
		t.Error("other keys changed")
	}
}
