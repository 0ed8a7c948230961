package daykeys_test

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"checkpoint/sync/collector/daykeys"
)

var monday = time.Date(2021, 9, 20, 0, 0, 0, 0, time.UTC)

func open(t *testing.T, dir string) *daykeys.Keys {
	t.Helper()
	k, err := daykeys.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func folder(t *testing.T) string {
	dir := filepath.Join(t.TempDir(), "days")
	if err := os.Mkdir(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	return dir
}

func make1(t *testing.T, k *daykeys.Keys, day time.Time) *daykeys.Key {
	t.Helper()
	key, err := k.Make(day)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

var who = daykeys.Who{Number: "001090000011", Name: "Nguyễn Văn An"}

func TestWhatOneProcessSealsAnotherOpensForThatRowAlone(t *testing.T) {
	dir := folder(t)
	sealed := make1(t, open(t, dir), monday).Seal(who, "scan 1")
	key, err := open(t, dir).Day(monday)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := key.Open(sealed, "scan 1"); err != nil || got != who {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := key.Open(sealed, "scan 2"); err == nil {
		t.Error("it opens for another row")
	}
	other := make1(t, open(t, dir), monday.AddDate(0, 0, 1))
	if _, err := other.Open(sealed, "scan 1"); err == nil {
		t.Error("it opens with another day's key")
	}
	tag := key.Tag("1")
	if tag == other.Tag("1") || tag == key.Tag("2") || tag != key.Tag("1") {
		t.Error("a tag is one number's on one day")
	}
}

// Two that make the key of a day at the same moment have the same one.
func TestTheFirstToMakeAKeyCounts(t *testing.T) {
	dir := folder(t)
	var tags sync.Map
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			k, err := daykeys.Open(dir)
			if err == nil {
				var key *daykeys.Key
				if key, err = k.Make(monday); err == nil {
					tags.Store(key.Tag("1"), true)
				}
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	n := 0
	tags.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("%d keys for one day", n)
	}
}

func TestADestroyedKeyIsGoneForGood(t *testing.T) {
	dir := folder(t)
	writer, reader := open(t, dir), open(t, dir)
	for i := range 3 {
		make1(t, writer, monday.AddDate(0, 0, i))
	}
	sealed := make1(t, writer, monday).Seal(who, "scan 1")
	if _, err := reader.Day(monday); err != nil {
		t.Fatal(err)
	}
	if n, err := writer.DestroyBefore(monday.AddDate(0, 0, 2)); n != 2 || err != nil {
		t.Fatalf("%d destroyed, %v", n, err)
	}
	for name, k := range map[string]*daykeys.Keys{"the destroyer": writer, "another process": reader, "a new one": open(t, dir)} {
		if _, err := k.Day(monday); !errors.Is(err, daykeys.ErrGone) {
			t.Errorf("%s: Day: %v", name, err)
		}
		if _, err := k.Make(monday); !errors.Is(err, daykeys.ErrGone) {
			t.Errorf("%s: Make: %v", name, err)
		}
		if _, err := k.Day(monday.AddDate(0, 0, 2)); err != nil {
			t.Errorf("%s: the day that stays: %v", name, err)
		}
	}
	if _, err := make1(t, writer, monday.AddDate(0, 0, 2)).Open(sealed, "scan 1"); err == nil {
		t.Error("it still opens")
	}
	// A horizon never goes back.
	if _, err := writer.DestroyBefore(monday); err != nil {
		t.Fatal(err)
	}
	if _, err := writer.Make(monday.AddDate(0, 0, 1)); !errors.Is(err, daykeys.ErrGone) {
		t.Errorf("a day destroyed before: %v", err)
	}
}

func TestFoldersThatEverybodyReadsAndKeysThatAreTornAreRefused(t *testing.T) {
	dir := folder(t)
	if err := os.WriteFile(filepath.Join(dir, "2021-09-20.key"), []byte("short"), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, dir).Make(monday); err == nil || errors.Is(err, daykeys.ErrGone) {
		t.Errorf("a torn key: %v", err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := daykeys.Open(dir); err == nil {
		t.Error("a folder for everybody is taken")
	}
}
