// Command bench-upstream is `make bench-upstream`: it measures the way of a
// record from a box's journal into the province's database and writes a table.
// Broker, collectord, PostgreSQL and one checkpointd are real processes with
// mutual TLS between them; the other boxes are the real uplink on real journals
// (the backlog) or on journals in memory (the steady load) in this process. It
// is never shipped.
//
// It promises that every number in its table was measured in that run.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/report"
	"checkpoint/cmd/internal/stand"
)

func main() { os.Exit(cli.Process(command())) }

func command() *cli.Command {
	var b bench
	return &cli.Command{
		Name: "bench-upstream", Short: "đo đường lên tỉnh / measure the way up to the province",
		Examples: []string{"bench-upstream --records 100000", "bench-upstream --only steady --minutes 1", "bench-upstream --out docs/benchmarks.md"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&b.dir, "dir", "", "directory for everything; empty: one that is removed afterwards")
			f.StringVar(&b.out, "out", "", "Markdown file whose upstream section is replaced")
			f.StringVar(&b.only, "only", "", "one of: backlog, steady")
			f.IntVar(&b.records, "records", 1_000_000, "how many records wait in the backlog")
			f.IntVar(&b.boxes, "boxes", 20, "in how many boxes' journals")
			f.IntVar(&b.steady, "steady", 2000, "how many boxes scan once a second")
			f.Float64Var(&b.minutes, "minutes", 3, "for how long they do, an hour at most: a box has one segment here")
			f.StringVar(&b.profile, "profile", "", "file for a processor profile of the boxes, while they work")
		},
		Run: func(ctx context.Context, io cli.IO, _ []string) error {
			if b.minutes > 60 {
				return cli.Usage("--minutes %v: at most 60", b.minutes)
			}
			b.io = io
			return stand.Run(func(s *stand.Stand) error { return b.run(ctx, s) })
		},
	}
}

type bench struct {
	dir, bin, out, only, profile string
	records, boxes, steady       int
	minutes                      float64
	io                           cli.IO
	table                        report.Table
}

func (b *bench) run(ctx context.Context, s *stand.Stand) (err error) {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	b.bin = filepath.Dir(self)
	if b.dir == "" {
		b.dir = s.TempDir()
	}
	if b.dir, err = filepath.Abs(b.dir); err != nil {
		return err
	}
	b.table = report.Table{Section: "upstream", Targets: true}
	p, err := b.province(ctx, s)
	if err != nil {
		return err
	}
	for _, part := range []struct {
		name string
		run  func(context.Context, *province) error
	}{{"backlog", b.backlog}, {"steady", b.steadily}} {
		if b.only != "" && b.only != part.name {
			continue
		}
		if err := part.run(ctx, p); err != nil {
			return fmt.Errorf("measure %s: %w", part.name, err)
		}
	}
	fmt.Fprintln(b.io.Out, b.table.Markdown())
	if b.out == "" {
		return nil
	}
	return report.Replace(b.out, b.table.Section, b.table.Markdown())
}

// profiled runs f under the profiler, if that was asked for.
func (b *bench) profiled(f func() error) error {
	if b.profile == "" {
		return f()
	}
	out, err := os.Create(b.profile)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return f()
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
