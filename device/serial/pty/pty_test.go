//go:build linux

package pty

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func TestReleaseLiftsTheClaimOfADeadReader(t *testing.T) {
	p, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	reader, err := os.OpenFile(p.Path, os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetInt(int(reader.Fd()), unix.TIOCEXCL, 0); err != nil {
		t.Fatal(err)
	}
	reader.Close()
	if !claimed(t, p) {
		t.Fatal("the kernel lifts the claim by itself: Release has no purpose")
	}
	if err := p.Release(); err != nil {
		t.Fatal(err)
	}
	if claimed(t, p) {
		t.Error("the path is still claimed")
	}
}

func TestBytesWaitForAReader(t *testing.T) {
	p, err := Open()
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if _, err := p.Master.WriteString("001090000011\r"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"001090", "000011\r"} { // a second reader takes up where the first left
		reader, err := os.OpenFile(p.Path, os.O_RDWR|unix.O_NOCTTY, 0)
		if err != nil {
			t.Fatal(err)
		}
		got := make([]byte, len(want))
		if n, err := reader.Read(got); string(got[:n]) != want || err != nil {
			t.Errorf("read %q, %v; want %q", got[:n], err, want)
		}
		reader.Close()
	}
}

func claimed(t *testing.T, p *Pair) bool {
	t.Helper()
	n, err := unix.IoctlGetInt(int(p.slave.Fd()), unix.TIOCGEXCL)
	if err != nil {
		t.Fatal(err)
	}
	return n != 0
}
