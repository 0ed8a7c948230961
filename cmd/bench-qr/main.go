// Command bench-qr is `make bench-qr`: it shows the same pictures to the
// product's QR decoder and to others, and writes what each read, read wrongly
// and took as a table and a plot. It is never shipped.
//
// Pictures are photographs from a folder, where there is one, and frames made
// from a seed. Every decoder is a worker, a process of its own that is given
// files one after the other and tells its own processor time; no two work at
// once. `peers` holds those that are not Go.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/report"
)

func main() { os.Exit(cli.Process(command())) }

type options struct {
	frames             int
	seed               uint64
	photos, peers, dir string
	out, plot          string
	only, decoders     string
	worker             string
}

func command() *cli.Command {
	var o options
	return &cli.Command{
		Name: "bench-qr", Short: "so sánh các bộ giải mã QR / compare decoders of QR codes on the same pictures",
		Examples: []string{"bench-qr --frames 60 --seed 4 --only cards,nothing", "bench-qr --out docs/benchmarks.md --plot docs/qr.svg"},
		Flags: func(f *flag.FlagSet) {
			f.IntVar(&o.frames, "frames", 300, "card frames; other sets are parts of it")
			f.Uint64Var(&o.seed, "seed", 20, "seed of the frames")
			f.StringVar(&o.photos, "photos", "../shared/qr-images", "folder of photographs with truth.tsv: file, set, accepted payloads in hexadecimal; left out if it is missing")
			f.StringVar(&o.peers, "peers", ".cache/bench-qr", "folder into which cmd/bench-qr/peers/install got the other decoders")
			f.StringVar(&o.dir, "dir", "", "directory for the frames, about 6 MB for each of --frames (default: a temporary one); removed afterwards")
			f.StringVar(&o.out, "out", "", "Markdown file whose qr section is replaced (default: standard output)")
			f.StringVar(&o.plot, "plot", "", "file for the plot, SVG")
			f.StringVar(&o.only, "only", "", "some of the sets, with commas: "+strings.Join(families(), ", "))
			f.StringVar(&o.decoders, "decoders", "", "some of the decoders, with commas: "+strings.Join(decoderNames(), ", "))
			f.StringVar(&o.worker, "worker", "", "be the worker of that name (how the command runs itself)")
		},
		Run: func(ctx context.Context, io cli.IO, _ []string) error {
			if o.worker != "" {
				return serve(o.worker, io)
			}
			if err := o.check(); err != nil {
				return err
			}
			return o.run(ctx, io)
		},
	}
}

func (o *options) check() error {
	if err := known("--only", o.only, families()); err != nil {
		return err
	}
	if err := known("--decoders", o.decoders, decoderNames()); err != nil {
		return err
	}
	if o.frames < 1 {
		return cli.Usage("bench-qr: --frames %d: want 1 or more", o.frames)
	}
	if o.only+o.decoders != "" && o.out != "" {
		return cli.Usage("bench-qr: --only and --decoders leave something out, and --out replaces everything")
	}
	return nil
}

// known holds a list with commas against the names there are.
func known(name, list string, names []string) error {
	for _, n := range split(list) {
		if !slices.Contains(names, n) {
			return cli.Usage("bench-qr: %s %s: want some of %s", name, n, strings.Join(names, ","))
		}
	}
	return nil
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}

// chosen tells whether a list names something; an empty one names everything.
func chosen(list, name string) bool { return list == "" || slices.Contains(split(list), name) }

func (o *options) run(ctx context.Context, io cli.IO) error {
	dir, err := os.MkdirTemp(o.dir, "bench-qr-")
	if errors.Is(err, fs.ErrNotExist) {
		return cli.Usage("bench-qr: --dir %s: there is no such directory", o.dir)
	}
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	sets, err := o.pictures(ctx, io, dir)
	if err != nil {
		return err
	}
	r, err := o.measure(ctx, io, sets)
	if err != nil {
		return err
	}
	if o.plot != "" {
		if err := os.WriteFile(o.plot, []byte(r.plot()), 0o644); err != nil {
			return err
		}
	}
	text := r.markdown(o)
	if o.out == "" {
		fmt.Fprintln(io.Out, text)
		return nil
	}
	return report.Replace(o.out, "qr", text)
}
