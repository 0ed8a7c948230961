package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"checkpoint/cmd/internal/rig"
)

// row is one line of the table. p50 holds what is only measured once.
type row struct {
	what, target   string
	met            bool // of no meaning without a target
	p50, p99, most string
	notes          string
}

type table []row

func (t *table) add(r row) { *t = append(*t, r) }

func (t table) markdown() string {
	var b strings.Builder
	b.WriteString("| what | target | measured (p50) | p99 | max | notes |\n|---|---|---|---|---|---|\n")
	for _, r := range t {
		target := "–"
		switch {
		case r.target != "" && r.met:
			target = r.target + ": **met**"
		case r.target != "":
			target = r.target + ": **MISSED**"
		}
		cells := []string{r.what, target, r.p50, r.p99, r.most, r.notes}
		fmt.Fprintf(&b, "| %s |\n", strings.Join(cells, " | "))
	}
	return b.String()
}

// within fills a row with times whose p99 has a limit; 0: none.
func within(what string, v rig.Values[time.Duration], limit time.Duration, notes string) row {
	r := row{what: what, p50: ms(v.Quantile(0.5)), p99: ms(v.Quantile(0.99)), most: ms(v.Quantile(1)), notes: notes}
	if limit > 0 {
		r.target, r.met = "p99 ≤ "+fmt.Sprint(limit), v.Quantile(0.99) <= limit
	}
	return r
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", d.Seconds()*1000) }

func kib(n int64) string { return fmt.Sprintf("%.1f KiB", float64(n)/1024) }

func mib(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

// replaceSection puts text between a file's markers of that name, which are
// added at the end where they are missing. The rest of the file stays.
func replaceSection(path, name, text string) error {
	begin, end := "<!-- "+name+":begin -->\n", "<!-- "+name+":end -->\n"
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	before, rest, ok := strings.Cut(string(old), begin)
	_, after, closed := strings.Cut(rest, end)
	switch {
	case !ok && before != "":
		before += "\n"
	case ok && !closed:
		return fmt.Errorf("%s: %q without its end", path, strings.TrimSpace(begin))
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(before+begin+text+end+after), 0o644)
}

func memoryRow(what string, m rig.Memory, promised bool) row {
	r := row{what: what, p50: mib(m.Anon), most: mib(m.MostAnon), notes: "max: of samples every 100 scans; VmHWM, with the mapped pages of data and program: " + mib(m.Peak)}
	if promised {
		r.target, r.met = "≤ "+mib(mostAnonymous), m.MostAnon <= mostAnonymous
	}
	return r
}
