// Command bench is `make bench`: it measures the numbers that the product
// promises and writes them as a table. What it measures is the real daemon, a
// process of its own with a serial port and a journal on disk, against a signed
// snapshot of an invented province. It is never shipped.
//
// It promises that every number in its table was measured in that run, but the
// building of a province, which is measured when it is built and kept with it
// for a day. It needs Linux, and for a cold file a disk that can be asked to
// forget.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/report"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, command(), cli.IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.Args[1:])
	stop()
	os.Exit(code)
}

func command() *cli.Command {
	var b bench
	return &cli.Command{
		Name: "bench", Short: "đo tốc độ, dung lượng / measure what the product promises",
		Examples: []string{"bench --scans 200", "bench --out docs/benchmarks.md"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&b.cache, "cache", ".cache/bench", "directory that keeps the provinces for a day")
			f.StringVar(&b.out, "out", "", "Markdown file whose lane section is replaced")
			f.StringVar(&b.only, "only", "", "one of: one lane, two lanes, page, stretched keys, writing, lookups, verify, sizes")
			f.IntVar(&b.people, "people", 1_000_000, "how many people the province has")
			f.IntVar(&b.stretchPeople, "stretch-people", 5_000, "the same for the province with stretched keys, which takes long to build")
			f.IntVar(&b.scans, "scans", 5_000, "scans with one lane, and with two")
			f.IntVar(&b.stretchScans, "stretch-scans", 1_000, "scans with stretched keys")
			f.IntVar(&b.pageScans, "page-scans", 500, "scans whose verdict is waited for in a browser")
			f.IntVar(&b.pages, "pages", 20, "pages open at once, for what they cost the lane")
			f.IntVar(&b.lookups, "lookups", 1_000, "lookups of each sort; a cold one opens the snapshot anew")
			f.IntVar(&b.written, "written", 500, "scans whose writing is counted")
		},
		Run: func(ctx context.Context, io cli.IO, _ []string) error {
			if err := b.locate(); err != nil {
				return err
			}
			b.io = io
			return b.run(ctx)
		},
	}
}

type bench struct {
	cache, bin, out, only string
	people, stretchPeople int
	scans, stretchScans   int
	lookups, written      int
	pageScans, pages      int
	io                    cli.IO
	table                 table
}

func (b *bench) locate() (err error) {
	if b.cache, err = filepath.Abs(b.cache); err != nil {
		return err
	}
	b.bin, err = os.Executable()
	b.bin = filepath.Dir(b.bin)
	return err
}

func (b *bench) run(ctx context.Context) error {
	plain, err := b.province(ctx, b.people, false)
	if err != nil {
		return err
	}
	stretched, err := b.province(ctx, b.stretchPeople, true)
	if err != nil {
		return err
	}
	steps := []struct {
		name string
		run  func() error
	}{
		{"one lane", func() error { return b.oneLane(ctx, plain) }},
		{"two lanes", func() error { return b.twoLanes(ctx, plain) }},
		{"page", func() error { return b.page(ctx, plain) }},
		{"stretched keys", func() error { return b.stretched(ctx, stretched) }},
		{"writing", func() error { return b.writing(ctx, plain) }},
		{"lookups", func() error { return b.lookupRows(plain) }},
		{"verify", func() error { return b.verifyRows(plain) }},
		{"sizes", func() error { return b.sizes(ctx, plain) }},
	}
	for _, s := range steps {
		if b.only != "" && b.only != s.name {
			continue
		}
		fmt.Fprintln(b.io.Err, "measure:", s.name)
		if err := s.run(); err != nil {
			return fmt.Errorf("measure %s: %w", s.name, err)
		}
	}
	text := header(plain) + b.table.markdown()
	fmt.Fprintln(b.io.Out, text)
	if b.out == "" {
		return nil
	}
	return report.Replace(b.out, "lane", text)
}
