package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// limit is a bound on the memory of a process, its page cache included.
type limit interface {
	take(pid int) error
	remove()
}

type noLimit struct{}

func (noLimit) take(int) error { return nil }
func (noLimit) remove()        {}

// cgroup is a directory of the kernel's (cgroups(7)).
type cgroup string

// limited is a limit, or none, and what a reader of the table should know of it.
func limited(bytes int64) (limit, string) {
	l, err := limitMemory(bytes)
	if err != nil {
		return noLimit{}, "without a memory limit: " + err.Error()
	}
	return l, fmt.Sprintf("in a cgroup of %d MB", bytes>>20)
}

// limitMemory makes a cgroup of version 2, or of version 1 where that is what
// the machine has.
func limitMemory(bytes int64) (limit, error) {
	name := fmt.Sprintf("bench-register-%d", os.Getpid())
	var err error
	for _, kind := range []struct{ dir, file string }{{"/sys/fs/cgroup", "memory.max"}, {"/sys/fs/cgroup/memory", "memory.limit_in_bytes"}} {
		c := cgroup(filepath.Join(kind.dir, name))
		if err = os.Mkdir(string(c), 0o755); err != nil {
			continue
		}
		if err = os.WriteFile(filepath.Join(string(c), kind.file), []byte(strconv.FormatInt(bytes, 10)), 0o644); err == nil {
			return c, nil
		}
		c.remove()
	}
	return nil, fmt.Errorf("no cgroup: %w", err)
}

func (c cgroup) take(pid int) error {
	return os.WriteFile(filepath.Join(string(c), "cgroup.procs"), []byte(strconv.Itoa(pid)), 0o644)
}

func (c cgroup) remove() { _ = os.Remove(string(c)) } // empty by now; else the name tells whose it is
