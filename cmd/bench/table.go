package main

import (
	"fmt"
	"time"

	"checkpoint/cmd/internal/report"
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
	rows := [][]string{{"what", "target", "measured (p50)", "p99", "max", "notes"}}
	for _, r := range t {
		target := "–"
		switch {
		case r.target != "" && r.met:
			target = r.target + ": **met**"
		case r.target != "":
			target = r.target + ": **MISSED**"
		}
		rows = append(rows, []string{r.what, target, r.p50, r.p99, r.most, r.notes})
	}
	return report.Rows(rows)
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

func memoryRow(what string, m rig.Memory, promised bool) row {
	r := row{what: what, p50: mib(m.Anon), most: mib(m.MostAnon), notes: "max: of samples every 100 scans; VmHWM, with the mapped pages of data and program: " + mib(m.Peak)}
	if promised {
		r.target, r.met = "≤ "+mib(mostAnonymous), m.MostAnon <= mostAnonymous
	}
	return r
}
