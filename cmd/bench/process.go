package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// memory is what a process holds that no file backs, in bytes: the last that
// was seen, and the most. peak is the kernel's own account of all its pages.
type memory struct{ anon, mostAnon, peak int64 }

func (m *memory) see(pid int) error {
	fields, err := numbers(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return err
	}
	m.anon, m.peak = fields["RssAnon"]<<10, fields["VmHWM"]<<10 // the file counts KiB
	m.mostAnon = max(m.mostAnon, m.anon)
	return nil
}

func (m *memory) row(what string, promised bool) row {
	r := row{what: what, p50: mib(m.anon), most: mib(m.mostAnon), notes: "max: of samples every 100 scans; VmHWM, with the mapped pages of data and program: " + mib(m.peak)}
	if promised {
		r.target, r.met = "≤ "+mib(mostAnonymous), m.mostAnon <= mostAnonymous
	}
	return r
}

// numbers reads a file of "key: number …" lines, as /proc has them.
func numbers(path string) (map[string]int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	found := map[string]int64{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		key, rest, _ := strings.Cut(lines.Text(), ":")
		words := strings.Fields(rest)
		if len(words) == 0 {
			continue
		}
		if n, err := strconv.ParseInt(words[0], 10, 64); err == nil {
			found[key] = n
		}
	}
	return found, nil
}
