package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// kernel is one of Debian's, unpacked.
type kernel struct{ dir, version string }

func (k kernel) image() string {
	return filepath.Join(k.dir, "lib", "modules", k.version, "vmlinuz")
}

// theKernel is the kernel in .cache/lab, fetched if there is none. Test
// binaries that start together take turns.
func theKernel(ctx context.Context) (kernel, error) {
	root, err := moduleRoot()
	if err != nil {
		return kernel{}, err
	}
	cache := filepath.Join(root, ".cache", "lab")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		return kernel{}, err
	}
	free, err := reserve(cache)
	if err != nil {
		return kernel{}, err
	}
	defer free()
	if k, ok := cached(cache); ok {
		return k, nil
	}
	if err := fetch(ctx, "the guest's kernel", fetchKernel, cache, "trixie-backports"); err != nil {
		return kernel{}, err
	}
	k, ok := cached(cache)
	if !ok {
		return kernel{}, errors.New("fetch the guest's kernel: nothing came")
	}
	return k, nil
}

// cached finds the newest kernel, by the order of their names.
func cached(cache string) (k kernel, ok bool) {
	images, _ := filepath.Glob(filepath.Join(cache, "*", "lib", "modules", "*", "vmlinuz")) // the pattern is well formed
	if len(images) == 0 {
		return kernel{}, false
	}
	modules := filepath.Dir(images[len(images)-1])
	return kernel{dir: filepath.Clean(filepath.Join(modules, "..", "..", "..")), version: filepath.Base(modules)}, true
}

// module is a file and its parameters.
type module struct{ file, parameters string }

// modules lists modules and all that they need, in the order of loading.
func (k kernel) modules(ctx context.Context, names []string) (list []module, err error) {
	seen := map[string]bool{}
	for _, name := range names {
		args := append([]string{"--dirname", k.dir, "--set-version", k.version, "--show-depends"}, strings.Fields(name)...)
		cmd := exec.CommandContext(ctx, "modprobe", args...)
		cmd.Env = environment()
		out, err := cmd.CombinedOutput()
		if err != nil {
			return nil, fmt.Errorf("kernel %s has no module %s: %w\n%s", k.version, name, err, out)
		}
		for line := range strings.Lines(string(out)) {
			word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			file, parameters, _ := strings.Cut(rest, " ")
			if word == "insmod" && !seen[file] { // else builtin
				seen[file] = true
				list = append(list, module{file, parameters})
			}
		}
	}
	return list, nil
}

// environment lets users other than root find what lies in sbin.
func environment() []string {
	return append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin", "LC_ALL=C")
}

// moduleRoot is the checkout.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "go.mod")); missing == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			err = errors.New("no go.mod above the working directory")
		}
		dir = up
	}
	return "", err
}
