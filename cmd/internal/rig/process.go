package rig

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Memory is what a process holds that no file backs, in bytes: the last that
// was seen, and the most. Peak is the kernel's own account of all its pages.
type Memory struct{ Anon, MostAnon, Peak int64 }

// See looks at the process now. Children of it count as well.
func (m *Memory) See(pid int) error {
	fields, err := Numbers(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return err
	}
	m.Anon, m.Peak = fields["RssAnon"]<<10, fields["VmHWM"]<<10 // the file counts KiB
	for _, child := range children(pid) {
		if fields, err := Numbers(fmt.Sprintf("/proc/%s/status", child)); err == nil { // else it has ended
			m.Anon += fields["RssAnon"] << 10
		}
	}
	m.MostAnon = max(m.MostAnon, m.Anon)
	return nil
}

// Processor is how long a process, and if wished its children that live, have had
// a processor (proc(5): stat, in hundredths of a second on every Linux).
func Processor(pid int, family bool) (used time.Duration) {
	names := []string{strconv.Itoa(pid)}
	if family {
		names = append(names, children(pid)...)
	}
	for _, name := range names {
		text, _ := os.ReadFile("/proc/" + name + "/stat") // it may have ended
		_, rest, _ := strings.Cut(string(text), ") ")     // the name before may hold anything
		for i, field := range strings.Fields(rest) {
			if i == 11 || i == 12 { // utime, stime
				ticks, _ := strconv.ParseInt(field, 10, 64)
				used += time.Duration(ticks) * 10 * time.Millisecond
			}
		}
	}
	return used
}

// children are the processes that threads of this one started (proc(5)).
func children(pid int) (list []string) {
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, name := range files {
		text, _ := os.ReadFile(name) // a thread may have ended
		list = append(list, strings.Fields(string(text))...)
	}
	return list
}

// Numbers reads a file of "key: number …" lines, as /proc has them.
func Numbers(path string) (map[string]int64, error) {
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
