//go:build linux

package serial_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"checkpoint/device/serial"
	"checkpoint/device/serial/pty"
)

func openPair(t *testing.T) *pty.Pair {
	t.Helper()
	p, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestEveryByteArrivesUnchanged(t *testing.T) {
	p := openPair(t)
	var sent []byte
	for b := range 256 {
		sent = append(sent, byte(b))
	}
	for _, baud := range []int{0, 9600, 115200, 250000} {
		port, err := serial.Open(serial.Config{Path: p.Path, Baud: baud})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Master.Write(sent); err != nil {
			t.Fatal(err)
		}
		var got []byte
		for buf := make([]byte, 100); len(got) < len(sent); {
			n, err := port.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, buf[:n]...)
		}
		if string(got) != string(sent) {
			t.Errorf("baud %d: bytes changed on the way: %q", baud, got)
		}
		port.Close()
	}
}

func TestReadGivesUpAndUnplugIsAnError(t *testing.T) {
	p := openPair(t)
	port, err := serial.Open(serial.Config{Path: p.Path})
	if err != nil {
		t.Fatal(err)
	}
	defer port.Close()
	if n, err := port.Read(make([]byte, 10)); n != 0 || err != nil {
		t.Fatalf("Read of a quiet line = %d, %v; want 0, nil", n, err)
	}
	p.Close()
	for range 100 { // a stray byte may come first
		if _, err = port.Read(make([]byte, 10)); err != nil {
			return
		}
	}
	t.Error("Read of an unplugged port never failed")
}

func TestErrorsSayTheNextStep(t *testing.T) {
	p := openPair(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path string
		is   error
		hint string
	}{
		{"/dev/no-such-scanner", fs.ErrNotExist, "plug the scanner in"},
		{file, nil, "not a serial port"},
		{p.Path + "/below", syscall.ENOTDIR, ""},
	} {
		_, err := serial.Open(serial.Config{Path: c.path})
		var e *serial.Error
		if !errors.As(err, &e) || !strings.Contains(e.Hint, c.hint) || !strings.Contains(err.Error(), c.path) {
			t.Errorf("Open(%s) = %v, want the hint %q", c.path, err, c.hint)
		}
		if c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("Open(%s) = %v, want %v", c.path, err, c.is)
		}
	}
}

func TestValidateReportsEveryFault(t *testing.T) {
	err := serial.Config{Baud: 7}.Validate("lanes[0].readers[1]")
	for _, want := range []string{"lanes[0].readers[1].path: missing", "lanes[0].readers[1].baud: 7"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Validate = %v, want %q in it", err, want)
		}
	}
	if err := (serial.Config{Path: "/dev/x"}).Validate("r"); err != nil {
		t.Errorf("Validate of a good section = %v", err)
	}
}
