package lab

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// The scripts; aptFolder is the beginning of the others.
var (
	//go:embed apt-folder
	aptFolder string
	//go:embed fetch-kernel
	fetchKernel string
	//go:embed build-loopback
	buildLoopback string
)

// loopback is the module of the virtual camera, which no kernel package has.
const loopback = "v4l2loopback"

// wants tells whether a bench names a module.
func (b Bench) wants(module string) bool {
	return slices.ContainsFunc(b.Modules, func(m string) bool { return strings.Fields(m)[0] == module })
}

// addLoopback builds the virtual camera for the kernel, unless it has it already.
func (k kernel) addLoopback(ctx context.Context) error {
	cache := filepath.Dir(k.dir)
	free, err := reserve(cache)
	if err != nil {
		return err
	}
	defer free()
	_, err = os.Stat(filepath.Join(k.dir, "lib", "modules", k.version, "updates", loopback+".ko"))
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return fetch(ctx, loopback, buildLoopback, cache, "trixie trixie-backports sid", k.version)
}

// reserve waits until nobody else fetches into the cache.
func reserve(cache string) (free func(), err error) {
	lock, err := os.Create(filepath.Join(cache, "lock"))
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		lock.Close()
		return nil, fmt.Errorf("wait for %s: %w", lock.Name(), err)
	}
	return func() { lock.Close() }, nil
}

// fetch runs a script. What it writes to its standard output is for whoever runs
// the tests; the rest matters when it fails.
func fetch(ctx context.Context, what, script string, args ...string) error {
	cmd := exec.CommandContext(ctx, "sh", append([]string{"-s"}, args...)...)
	var complaints bytes.Buffer
	cmd.Stdin, cmd.Env = strings.NewReader(aptFolder+script), environment()
	cmd.Stdout, cmd.Stderr = os.Stderr, &complaints
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("fetch %s: %w\n%s", what, err, complaints.Bytes())
	}
	return nil
}
