package lab

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Bench is what a guest is given.
type Bench struct {
	// Modules are kernel modules by name, with parameters behind a space; what
	// they need comes with them.
	Modules []string
	// Programs are main packages that are built as they are shipped and found
	// in /bin of the guest.
	Programs []string
	// Prepare runs on the host before the guest boots. What it puts into dir
	// the guest finds in [Folder]; finish runs when the guest is done. Nil:
	// nothing.
	Prepare func(dir string) (finish func() error, err error)
}

const (
	// Folder is where the guest finds what Prepare left.
	Folder = "/bench"
	// Host is the address of the host's loopback in the guest.
	Host = "10.0.2.2"
	// Soak is the one environment variable that the guest has from the host: how
	// often crash tests repeat (make soak).
	Soak = "CHECKPOINT_SOAK"
)

// exitWord begins the last line of a guest, which tells how the tests ended.
const exitWord = "LAB-EXIT "

// beginWord is a guest's line before its tests begin.
const beginWord = "LAB-BEGIN\n"

// guestEnv marks the process in the guest that runs the tests.
const guestEnv = "CHECKPOINT_LAB_GUEST"

// Main is the body of a TestMain. It does not return.
func Main(m interface{ Run() int }, b Bench) {
	if os.Getpid() == 1 {
		guest()
	}
	flag.Parse()
	if os.Getenv(guestEnv) != "" || flag.Lookup("test.list").Value.String() != "" {
		os.Exit(m.Run())
	}
	code, err := b.run()
	if err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// run boots a guest and returns the exit code of its tests.
func (b Bench) run() (code int, err error) {
	work, err := os.MkdirTemp("", "lab")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	ctx, cancel := context.WithTimeout(context.Background(), patience())
	defer cancel()
	m, err := b.machine(ctx, work)
	if err != nil {
		return 0, err
	}
	bench := filepath.Join(work, "bench")
	if err := os.Mkdir(bench, 0o700); err != nil {
		return 0, err
	}
	if b.Prepare != nil {
		finish, err := b.Prepare(bench)
		if err != nil {
			return 0, fmt.Errorf("prepare: %w", err)
		}
		defer func() {
			if late := finish(); late != nil {
				code, err = max(code, 1), errors.Join(err, late)
			}
		}()
	}
	if err := m.pack(bench); err != nil {
		return 0, err
	}
	return m.boot(ctx)
}

// patience is how long the guest may take: a little more than its tests, which
// tell what they were doing when their own time is over.
func patience() time.Duration {
	tests, err := time.ParseDuration(flag.Lookup("test.timeout").Value.String())
	if err != nil || tests == 0 {
		return time.Hour
	}
	return tests + 30*time.Second
}

// passed are the flags of `go test` that mean the same in the guest.
var passed = []string{"test.run", "test.skip", "test.v", "test.short", "test.count", "test.timeout", "test.shuffle", "test.failfast", "test.parallel"}

func guestFlags() (args []string) {
	flag.Visit(func(f *flag.Flag) {
		if slices.Contains(passed, f.Name) {
			args = append(args, "-"+f.Name+"="+f.Value.String())
		}
	})
	return args
}

// relay prints what the guest's tests print, tells when they begin and returns how
// they ended.
func relay(from io.Reader, to io.Writer, begin func()) (code int, err error) {
	code = -1
	for lines := bufio.NewReader(from); ; {
		line, err := lines.ReadString('\n')
		line = strings.ReplaceAll(line, "\r\n", "\n")
		if line == beginWord {
			begin()
			continue
		}
		if end, is := strings.CutPrefix(line, exitWord); is {
			if code, err = strconv.Atoi(strings.TrimSpace(end)); err != nil {
				return -1, fmt.Errorf("last word of the guest: %w", err)
			}
			continue
		}
		fmt.Fprint(to, line)
		if err != nil {
			return code, nil
		}
	}
}

// build makes a static program of a package, as a box gets it.
func build(ctx context.Context, into, pkg string, args ...string) error {
	args = append(args, "-trimpath", "-ldflags", "-s -w", "-o", into, pkg)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s for the guest: %w\n%s", pkg, err, out)
	}
	return nil
}
