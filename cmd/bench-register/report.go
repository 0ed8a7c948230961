package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint/store/durable"
)

// table is what was measured. Targets are for a sample, and left out without.
type table struct {
	section string
	targets bool
	rows    [][4]string
}

func (t *table) add(what, target, measured, notes string) {
	if !t.targets {
		target = "–"
	}
	t.rows = append(t.rows, [4]string{what, target, measured, notes})
}

func (t *table) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Measured %s by `make bench-%s` on %s.\n\n", time.Now().UTC().Format("2006-01-02 15:04 UTC"), t.section, machine())
	b.WriteString("| what | target | measured | notes |\n|---|---|---|---|\n")
	for _, r := range t.rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(r[:], " | "))
	}
	return b.String()
}

func machine() string {
	var u unix.Utsname
	kernel := ""
	if unix.Uname(&u) == nil {
		kernel = unix.ByteSliceToString(u.Release[:])
	}
	return fmt.Sprintf("%d cores of %s, %s, Linux %s, %s", runtime.NumCPU(), processor(), runtime.GOARCH, kernel, runtime.Version())
}

func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "an unknown processor"
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if key, name, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(name)
		}
	}
	return "an unnamed processor"
}

// replaceSection puts text between the section's marks, which it adds at the end
// of a file that has none.
func replaceSection(path, section, text string) error {
	markBegin, markEnd := "<!-- "+section+":begin -->", "<!-- "+section+":end -->"
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	before, rest, found := strings.Cut(string(old), markBegin)
	_, after, ended := strings.Cut(rest, markEnd)
	if found != ended {
		return fmt.Errorf("%s: want %s and %s", path, markBegin, markEnd)
	}
	if !found && before != "" {
		before += "\n"
	}
	if after == "" {
		after = "\n"
	}
	return durable.Replace(path, []byte(before+markBegin+"\n"+text+markEnd+after), 0o644)
}
