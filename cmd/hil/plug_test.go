package hil

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"checkpoint"
)

// A scanner that is pulled out in the middle of a code is back when it is put
// in again, the half code is forgotten, and nothing is left behind.
func TestUnplugSoak(t *testing.T) {
	b := newBox(t)
	cards := []struct {
		name    string
		verdict checkpoint.Verdict
	}{{"green", checkpoint.Admit}, {"place", checkpoint.NotRead}}
	half := cardPayload(t, "green")[:40]
	open := 0
	for n := range plugs() {
		b.awaitReaders(true)
		b.scan(cards[n%2].name, cards[n%2].verdict)
		if n == 1 {
			open = b.files()
		}
		b.must(b.scanner.Send(half))
		b.must(b.scanner.Unplug())
		b.awaitReaders(false)
		b.must(b.scanner.Plug())
	}
	b.awaitReaders(true)
	if now := b.files(); now > open {
		t.Errorf("%d files are open, %d after the first time", now, open)
	}
}

// files counts what the daemon has open.
func (b *box) files() int {
	b.t.Helper()
	list, err := os.ReadDir(filepath.Join("/proc", strconv.Itoa(b.cmd.Process.Pid), "fd"))
	b.must(err)
	return len(list)
}
