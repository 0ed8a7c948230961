package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
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

// stalls tells, when called, how much of the time since some process waited
// for a processor or the disk (pressure stall information of the kernel).
func stalls() func() string {
	started, cpu, disk := time.Now(), stalled("cpu"), stalled("io")
	return func() string {
		all := float64(time.Since(started).Microseconds()) / 100
		return fmt.Sprintf("meanwhile somebody waited %.0f %% of the time for a processor, %.0f %% for the disk", float64(stalled("cpu")-cpu)/all, float64(stalled("io")-disk)/all)
	}
}

// stalled is in microseconds; 0 where the kernel does not count.
func stalled(what string) int64 {
	b, err := os.ReadFile("/proc/pressure/" + what)
	if err != nil {
		return 0
	}
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		if line, ok := strings.CutPrefix(s.Text(), "some "); ok {
			_, total, _ := strings.Cut(line, "total=")
			n, _ := strconv.ParseInt(total, 10, 64) // the kernel writes numbers
			return n
		}
	}
	return 0
}
