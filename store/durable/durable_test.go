package durable_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"checkpoint/store/durable"
)

var day = time.Date(2021, 9, 1, 7, 0, 0, 0, time.UTC)

func TestTimeIsReplacedWholeOrNotAtAll(t *testing.T) {
	file := durable.Time(filepath.Join(t.TempDir(), "floor"))
	if got, err := file.Load(); !got.IsZero() || err != nil {
		t.Errorf("Load without a file = %v, %v", got, err)
	}
	for _, at := range []time.Time{day, day.Add(time.Nanosecond)} {
		if err := file.Store(at.In(time.FixedZone("ICT", 7*3600))); err != nil {
			t.Fatal(err)
		}
		if got, err := file.Load(); !got.Equal(at) || err != nil {
			t.Errorf("Load = %v, %v; want %v", got, err, at)
		}
	}
	info, err := os.Stat(string(file))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, %v", info.Mode(), err)
	}
	left, _ := os.ReadDir(filepath.Dir(string(file)))
	if len(left) != 1 {
		t.Errorf("%d files left behind, want 1", len(left))
	}
	for _, damage := range []string{"", "yesterday\n", "2021-09-01T07:00:00Z\n2022"} {
		if err := os.WriteFile(string(file), []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := file.Load(); err == nil {
			t.Errorf("Load of %q succeeded", damage)
		}
	}
	if err := durable.Time(filepath.Join(t.TempDir(), "no", "dir")).Store(day); err == nil {
		t.Error("Store into no directory succeeded")
	}
}

// Root replaces files in directories of the daemon's: a link that was laid there
// leads to nothing.
func TestALinkInTheWayIsNotFollowed(t *testing.T) {
	dir := t.TempDir()
	name, victim := filepath.Join(dir, "claim"), filepath.Join(t.TempDir(), "of root")
	if err := os.WriteFile(victim, []byte("as it was"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, name+".new"); err != nil {
		t.Fatal(err)
	}
	if err := durable.Replace(name, []byte("new"), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(name)
	info, errStat := os.Lstat(name)
	if err != nil || errStat != nil || string(got) != "new" || info.Mode() != 0o644 {
		t.Errorf("%q %v %v %v", got, info.Mode(), err, errStat)
	}
	kept, err := os.ReadFile(victim)
	if info, errStat := os.Stat(victim); err != nil || errStat != nil || string(kept) != "as it was" || info.Mode() != 0o600 {
		t.Errorf("the other file is %q, %v, %v %v", kept, info.Mode(), err, errStat)
	}
}
