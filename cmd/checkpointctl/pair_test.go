package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/cmd/internal/cli"
	"checkpoint/console/access"
	"checkpoint/console/control"
	"checkpoint/store/durable"
)

// daemonWithDevices is a control socket with devices behind it, without the page
// that they would come in by.
func daemonWithDevices(t *testing.T) (*access.Access, string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "box") // t.TempDir can be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	a, err := access.New(durable.Bytes(filepath.Join(dir, "devices.json")))
	if err != nil {
		t.Fatal(err)
	}
	l, err := control.Listen(dir)
	if err != nil {
		t.Fatal(err)
	}
	place := access.Place{URL: "https://192.0.2.7:8443", Fingerprint: "AA:BB"}
	s := &control.Server{Hub: control.NewHub(), Access: a, Place: func() access.Place { return place }}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		os.RemoveAll(dir)
	})
	return a, dir
}

// pairing runs checkpointctl pair, lets a device use the code and answers.
func pairing(t *testing.T, answer string) (a *access.Access, code int, said, trouble string) {
	t.Helper()
	a, dir := daemonWithDevices(t)
	typed, keyboard := io.Pipe()
	shown, screen := io.Pipe()
	var errs strings.Builder
	ended := make(chan int, 1)
	go func() {
		ended <- cli.Main(t.Context(), command(), cli.IO{In: typed, Out: screen, Err: &errs}, []string{"pair", "--run", dir})
		screen.Close()
	}()
	lines := bufio.NewReader(shown)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _, _ = a.Ask(a.Offered().Code, "Máy bảng cổng 2")
		_, _ = io.WriteString(keyboard, answer+"\n")
	}()
	rest, err := io.ReadAll(lines)
	if err != nil {
		t.Fatal(err)
	}
	return a, <-ended, first + string(rest), errs.String()
}

func TestPairAsksForNameAndCodeOfTheDevice(t *testing.T) {
	a, code, said, _ := pairing(t, "y")
	if code != cli.OK || len(a.Devices()) != 1 {
		t.Fatalf("code %d, %+v", code, a.Devices())
	}
	for _, want := range []string{"https://192.0.2.7:8443/pair", "SHA-256 AA:BB", "“Máy bảng cổng 2”", "very code?  " + a.Devices()[0].ID, "đã ghép / paired"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
}

func TestPairTurnsAwayUnlessItIsTold(t *testing.T) {
	for _, answer := range []string{"", "n", "no idea"} {
		a, code, _, trouble := pairing(t, answer)
		if code != cli.Failed || len(a.Devices()) != 0 || a.Offered() != nil {
			t.Errorf("%q: code %d, %+v", answer, code, a.Devices())
		}
		if !strings.HasPrefix(trouble, "error: ") || !strings.Contains(trouble, "\nhint: làm lại với mã mới: checkpointctl pair") {
			t.Errorf("%q: said %q", answer, trouble)
		}
	}
}
