package replay

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func isEnd(b byte) bool { return b == '\r' }

// next reads until something comes.
func next(t *testing.T, p *Player) string {
	t.Helper()
	buf := make([]byte, 100)
	for range 1000 {
		n, err := p.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			return string(buf[:n])
		}
	}
	t.Fatal("nothing was played")
	return ""
}

func TestOneCodeAtATimeAndWhatIsAppended(t *testing.T) {
	path := filepath.Join(t.TempDir(), "codes")
	if err := os.WriteFile(path, []byte("A\rB\rC"), 0o600); err != nil {
		t.Fatal(err)
	}
	const pace = 60 * time.Millisecond
	p, err := Open(path, isEnd, pace)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	began := time.Now()
	for _, want := range []string{"A\r", "B\r", "C"} {
		if got := next(t, p); got != want {
			t.Fatalf("played %q, want %q", got, want)
		}
	}
	if took := time.Since(began); took < 2*pace {
		t.Errorf("three codes took %v: the pace is %v", took, pace)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteString("D\r")
	f.Close()
	if got := next(t, p); got != "D\r" {
		t.Errorf("played %q, want what was appended", got)
	}
}

func TestAFileThatIsReplacedIsGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "codes")
	if err := os.WriteFile(path, []byte("A\r"), 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := Open(path, isEnd, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	next(t, p)
	if err := os.WriteFile(path+".new", []byte("B\r"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Read(make([]byte, 10)); !errors.Is(err, syscall.ENODEV) {
		t.Errorf("Read = %v, want ENODEV", err)
	}
}
