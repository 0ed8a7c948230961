// Command bench-province is `make bench-province`: it fills a real PostgreSQL
// with a month of an invented province and measures how long its offices wait for
// each list, report, route and contact query. It is never shipped.
//
// It promises that every number in its table was measured in that run, on the
// queries that the pages and `collectord report` use.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/report"
	"checkpoint/cmd/internal/stand"
	"checkpoint/sync/collector/view/provincetest"
)

func main() { os.Exit(cli.Process(command())) }

func command() *cli.Command {
	var b bench
	return &cli.Command{
		Name: "bench-province", Short: "đo thời gian trả lời của tỉnh / measure how long the province's offices wait",
		Examples: []string{"bench-province --records 1000000 --people 100000 --sites 20", "bench-province --out docs/benchmarks.md"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&b.out, "out", "", "Markdown file whose province section is replaced")
			f.StringVar(&b.keep, "keep", "", "directory of the database, which stays there: the next run with it only asks")
			f.IntVar(&b.days, "days", 30, "how many days")
			f.IntVar(&b.wanted, "records", 30_000_000, "how many records in all of them, about")
			f.IntVar(&b.province.People, "people", 3_000_000, "how many people are in the register")
			f.IntVar(&b.province.Sites, "sites", 200, "how many checkpoints")
			f.IntVar(&b.province.Communes, "communes", 200, "how many communes")
			f.IntVar(&b.lanes, "lanes", 2000, "how many lanes the fleet has")
			f.IntVar(&b.rounds, "rounds", 100, "how often each question is asked")
			f.Uint64Var(&b.province.Seed, "seed", 1, "of the invented province")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 || b.days < 3 || b.wanted < b.days || b.rounds < 1 {
				return cli.Usage("bench-province: --days is at least 3, --rounds at least 1, and no arguments")
			}
			b.io = io
			return stand.Run(func(s *stand.Stand) error { return b.run(ctx, s) })
		},
	}
}

type bench struct {
	out                  string
	keep                 string // a directory; "" for one that goes at the end
	days, wanted, rounds int    // wanted: records
	lanes                int
	province             provincetest.Province
	url                  string // of the database, as its owner
	io                   cli.IO
	table                report.Table
}

// perScan is how many records a scan of the invented province comes to: itself,
// answers, papers, events.
const perScan = 1.13

func (b *bench) run(ctx context.Context, s *stand.Stand) error {
	b.province.Cases = 50
	b.province.Scans = int(float64(b.wanted) / perScan / float64(b.days))
	b.table = report.Table{Section: "province", Targets: true}
	f, err := b.fill(ctx, s)
	if err != nil {
		return fmt.Errorf("fill: %w", err)
	}
	if err := b.measure(ctx, f); err != nil {
		return fmt.Errorf("measure: %w", err)
	}
	fmt.Fprintln(b.io.Out, b.table.Markdown())
	if b.out == "" {
		return nil
	}
	return report.Replace(b.out, b.table.Section, b.table.Markdown())
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
