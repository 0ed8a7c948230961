// Package report is what the benchmarks' tables share: when and on what
// something was measured, and their place in a Markdown file.
package report

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint/store/durable"
)

// Measured says when, by which command and on what machine, without a full stop.
func Measured(by string) string {
	var u unix.Utsname
	kernel := "of an unknown version"
	if unix.Uname(&u) == nil {
		kernel = unix.ByteSliceToString(u.Release[:])
	}
	return fmt.Sprintf("Measured %s by `%s` on %d cores of %s, %s, Linux %s, %s",
		time.Now().UTC().Format("2006-01-02 15:04 UTC"), by, runtime.NumCPU(), processor(), runtime.GOARCH, kernel, runtime.Version())
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

// Replace puts text between a file's marks of a section, which are added at the
// end where they are missing. The rest of the file stays.
func Replace(path, section, text string) error {
	begin, end := "<!-- "+section+":begin -->\n", "<!-- "+section+":end -->\n"
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	before, rest, found := strings.Cut(string(old), begin)
	_, after, ended := strings.Cut(rest, end)
	if found && !ended {
		return fmt.Errorf("%s: %q without its end", path, strings.TrimSpace(begin))
	}
	if !found && before != "" {
		before += "\n"
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return durable.Replace(path, []byte(before+begin+text+end+after), 0o644)
}

// Rows is a Markdown table; the first row is its head.
func Rows(rows [][]string) string {
	var b strings.Builder
	for i, r := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(r, " | "))
		if i == 0 {
			b.WriteString(strings.Repeat("|---", len(r)) + "|\n")
		}
	}
	return b.String()
}
