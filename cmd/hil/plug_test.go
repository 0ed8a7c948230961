package hil

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"checkpoint"
	"checkpoint/console/control"
)

// A scanner that is pulled out in the middle of a code is back when it is put
// in again, the half code is forgotten, and nothing is left behind.
func TestUnplugSoak(t *testing.T) {
	b := newBox(t)
	codes := []struct {
		payload string
		verdict checkpoint.Verdict
	}{{card(t, "green"), checkpoint.Admit}, {card(t, "place"), checkpoint.NotRead}}
	open := 0
	for n := range plugs() {
		b.awaitReaders(true)
		code := codes[n%2]
		b.scan(code.payload)
		b.await(fmt.Sprint("code ", n), func(s control.Status) bool { return s.Lanes[0].Verdict == code.verdict.String() })
		if n == 1 {
			open = b.files()
		}
		b.must(b.scanner.Send(code.payload[:len(code.payload)/2]))
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
