package cli_test

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"checkpoint/cmd/internal/cli"
)

// asProcess names what this test binary does instead of testing.
const asProcess = "CLI_TEST_PROCESS"

func TestMain(m *testing.M) {
	wait := map[string]func(context.Context, cli.IO) error{
		"reads": func(_ context.Context, s cli.IO) error { _, err := io.ReadAll(s.In); return err },
	}[os.Getenv(asProcess)]
	if wait == nil {
		os.Exit(m.Run())
	}
	os.Args = os.Args[:1]
	os.Exit(cli.Process(&cli.Command{Name: "tool", Run: func(ctx context.Context, io cli.IO, _ []string) error {
		_, _ = io.Out.Write([]byte("waits\n"))
		return wait(ctx, io)
	}}))
}

// start runs a command that waits, with nothing to read.
func start(t *testing.T, what string) (p *exec.Cmd, lines *bufio.Reader, errs *strings.Builder) {
	t.Helper()
	p = exec.CommandContext(t.Context(), os.Args[0])
	p.Env = append(os.Environ(), asProcess+"="+what, "GORACE=atexit_sleep_ms=0")
	errs = &strings.Builder{}
	p.Stderr = errs
	in, err := p.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close() })
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	lines = bufio.NewReader(out)
	expect(t, lines, "waits\n")
	return p, lines, errs
}

func expect(t *testing.T, lines *bufio.Reader, want string) {
	t.Helper()
	if line, err := lines.ReadString('\n'); line != want {
		t.Fatalf("got %q, %v, want %q", line, err, want)
	}
}

func signal(t *testing.T, p *exec.Cmd, s os.Signal) {
	t.Helper()
	if err := p.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

func TestASignalEndsACommandThatWaitsForInput(t *testing.T) {
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		p, lines, errs := start(t, "reads")
		signal(t, p, s)
		_, _ = io.Copy(io.Discard, lines)
		_ = p.Wait()
		if p.ProcessState.ExitCode() != cli.Failed || errs.String() != "error: interrupted\n" {
			t.Errorf("%v: %v %q", s, p.ProcessState, errs)
		}
	}
}
