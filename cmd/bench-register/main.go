// Command bench-register measures the province's register at scale: the build
// by the real provincectl as a process of its own, lookups by a process in a
// memory limit, and a box that takes snapshots from a web server while its
// daemon scans. It replaces the table between the register marks of a Markdown
// file.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/report"
)

func main() { os.Exit(cli.Process(command())) }

type options struct {
	people, scans   int
	seed            uint64
	dir, out, only  string
	provincectl     string
	checkpointd     string
	peers           string
	section         string
	lookups, inARow bool
	limit           int64
}

func command() *cli.Command {
	var o options
	return &cli.Command{
		Name: "bench-register", Short: "đo dữ liệu của tỉnh / measure building and looking up a whole province",
		Examples: []string{"bench-register --people 10000000 --dir /var/tmp/province --out docs/benchmarks.md"},
		Flags: func(f *flag.FlagSet) {
			f.IntVar(&o.people, "people", 10_000_000, "people in the province")
			f.Uint64Var(&o.seed, "seed", 7, "seed of the sample")
			f.StringVar(&o.dir, "dir", "", "directory for a few gigabytes (default: a temporary one, removed afterwards)")
			f.StringVar(&o.out, "out", "", "Markdown file with the section's marks (default: standard output)")
			f.StringVar(&o.section, "section", "register", "marks of the file's section to replace")
			f.BoolVar(&o.inARow, "in-a-row", false, "people with a card and nothing else, numbered in a row, as beyond 16 million, where no sample goes")
			f.StringVar(&o.provincectl, "provincectl", "", "the command to measure (default: beside this one)")
			f.StringVar(&o.checkpointd, "checkpointd", "", "the daemon to measure (default: beside this one)")
			f.StringVar(&o.only, "only", "", "one of: "+strings.Join(partNames(), ", "))
			f.IntVar(&o.scans, "scans", 500, "scans on an idle box, for comparison")
			f.StringVar(&o.peers, "peers", "", "the command that holds the same records in other stores (default: bench-register-peers beside this one)")
			f.Int64Var(&o.limit, "limit", 256<<20, "memory of the process that looks up, in bytes")
			f.BoolVar(&o.lookups, "lookups", false, "look up what standard input asks for (how the command runs itself)")
		},
		Run: func(ctx context.Context, io cli.IO, _ []string) error {
			if o.lookups {
				return serveLookups(io)
			}
			if o.only != "" && !slices.Contains(partNames(), o.only) {
				return cli.Usage("bench-register: --only %s: want one of %s", o.only, strings.Join(partNames(), ", "))
			}
			if o.only != "" && o.out != "" {
				return cli.Usage("bench-register: --only leaves rows out, and --out replaces them all: use one of them")
			}
			return o.run(ctx, io)
		},
	}
}

// part is some rows of the table, which can be measured alone.
type part struct {
	name    string
	measure func(*options, *province, *report.Table) error
	beyond  bool // also of a province that no sample is large enough for
}

func parts() []part {
	return []part{
		{"build", measureBuild, true},
		{"bytes", measureBytes, false},
		{"lookups", measureLookups, true},
		{"peers", measurePeers, false},
		{"stretched", measureStretched, false},
		{"arrival", measureArrival, false},
		{"limited", measureLimited, false},
	}
}

func partNames() (names []string) {
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return names
}

func (o *options) run(ctx context.Context, io cli.IO) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o.checkpointd = cmp.Or(o.checkpointd, filepath.Join(filepath.Dir(self), "checkpointd"))
	o.provincectl = cmp.Or(o.provincectl, filepath.Join(filepath.Dir(self), "provincectl"))
	o.peers = cmp.Or(o.peers, filepath.Join(filepath.Dir(self), "bench-register-peers"))
	if o.dir == "" {
		if o.dir, err = os.MkdirTemp("", "register-"); err != nil {
			return err
		}
		defer os.RemoveAll(o.dir)
	}
	if err := o.room(o.dir); err != nil {
		return cli.Hint(err, "--dir on a larger disk")
	}
	p := &province{ctx: ctx, dir: o.dir, date: checkpoint.DateOf(time.Now()), tool: o.provincectl, checkpointd: o.checkpointd, log: io.Err}
	t := report.Table{Section: o.section, Targets: !o.beyondSample()}
	for _, part := range parts() {
		if o.only != "" && o.only != part.name || o.beyondSample() && !part.beyond {
			continue
		}
		if err := part.measure(o, p, &t); err != nil {
			return fmt.Errorf("measure %s: %w", part.name, err)
		}
	}
	if o.out == "" {
		fmt.Fprintln(io.Out, t.Markdown())
		return nil
	}
	return report.Replace(o.out, o.section, t.Markdown())
}

// targets are those of the requirement: for ten million people on two cores.
const (
	targetBuild    = 80.0 // seconds
	targetMemory   = 128  // MB
	targetPerson   = 100  // bytes
	targetDocument = 45   // bytes
	targetMiddle   = 90   // µs
	targetTail     = 400  // µs
	targetRead     = 8192 // bytes
	targetOpen     = 50   // ms
)
