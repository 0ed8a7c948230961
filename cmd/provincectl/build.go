package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build"
	"checkpoint/store/build/chain"
	"checkpoint/store/build/keycache"
	"checkpoint/store/build/state"
	"checkpoint/store/keys"
	"checkpoint/store/scratch"
	"checkpoint/store/snapshot"
)

type buildOptions struct {
	people, doses, cases, withdrawn, removed string
	tests, declared, zones                   string
	staff, visitors                          string
	columns                                  string
	policy, keys, out, on, layer, created    string
	trusted                                  string
	snapshots, against, stretched            string
	number                                   uint64
	stretch                                  stretchFlag
}

func snapshotBuild() *cli.Command {
	var o buildOptions
	return &cli.Command{
		Name: "build", Short: "dựng bản dữ liệu / build a snapshot from CSV files",
		Examples: []string{
			"provincectl snapshot build --people people.csv --doses doses.csv --cases cases.csv --withdrawn withdrawn.csv --keys keys --snapshots snapshots",
			"provincectl snapshot build --people people.csv --doses doses.csv --keys keys --snapshots snapshots --layer base",
			"provincectl snapshot build --people people.csv --doses doses.csv --keys keys --number 1 --out snap",
			"provincectl snapshot build --people people.csv --doses doses.csv --keys keys --against snap --out snap2",
			"provincectl snapshot build --people changed.csv --doses doses.csv --keys keys --layer hourly --on snap --out snap2",
		},
		Flags: o.flags,
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if o.people == "" || len(args) > 0 {
				return cli.Usage("snapshot build: --people is needed, and no arguments")
			}
			return o.run(ctx, io)
		},
	}
}

func (o *buildOptions) flags(f *flag.FlagSet) {
	f.StringVar(&o.people, "people", "", "people.csv, .csv.gz or .csv.zst (required)")
	f.StringVar(&o.doses, "doses", "", "doses.csv")
	f.StringVar(&o.cases, "cases", "", "cases.csv")
	f.StringVar(&o.withdrawn, "withdrawn", "", "withdrawn.csv")
	f.StringVar(&o.tests, "tests", "", "tests.csv: results of tests")
	f.StringVar(&o.staff, "staff", "", "staff.csv: who belongs to a site; only that site's boxes carry it")
	f.StringVar(&o.visitors, "visitors", "", "visitors.csv: whom a site expects, and when")
	f.StringVar(&o.zones, "zones", "", "zones.csv: levels of communes (default: those of the snapshot before)")
	f.StringVar(&o.declared, "declarations", "", "declarations.csv: who stands behind the codes of mobility declarations")
	f.StringVar(&o.columns, "columns", "", "TOML file with the province's own column names")
	f.StringVar(&o.snapshots, "snapshots", "", "directory of all the province's snapshots, DIR/NUMBER: the build chooses the layer\nand what it goes on, from the whole of the data")
	f.StringVar(&o.against, "against", "", "snapshot to write the differences to, from the whole of the data: its number in --snapshots,\nelse its directory")
	f.StringVar(&o.layer, "layer", "", "base, daily or hourly (default: chosen with --snapshots, hourly with --against, else base)")
	f.StringVar(&o.on, "on", "", "by hand: snapshot directory to put a layer of the given rows alone on")
	f.StringVar(&o.removed, "removed", "", "by hand: document numbers to hide, one a line (with --on)")
	f.StringVar(&o.policy, "policy", "", "policy file (default: that of the snapshot before, else the sample policy)")
	f.StringVar(&o.trusted, "trusted", "", "whose signed papers are believed, from provincectl trust make\n(default: that of the snapshot before, else nobody)")
	f.StringVar(&o.keys, "keys", "keys", "directory with province.json and pepper")
	f.StringVar(&o.out, "out", "", "directory for the snapshot; what the next build needs lies beside it (default: in --snapshots, else snap)")
	f.StringVar(&o.created, "created", "", "time of the data, RFC 3339 (default now)")
	f.Uint64Var(&o.number, "number", 0, "number of the snapshot (default: one above the snapshot before, else 1)")
	f.Var(&o.stretch, "stretch", "memory-hard record keys (Argon2id 8 MiB), slower to build and to guess\n(default: as build.toml of --keys says, else true; a layer keeps to what it goes on)")
	f.StringVar(&o.stretched, "stretch-cache", "", "directory where stretched keys are kept for the next build (default: beside the snapshot)")
}

func (o *buildOptions) run(ctx context.Context, io cli.IO) error {
	trust, err := snapshot.ReadTrust(filepath.Join(o.keys, keys.ProvinceFile))
	if err != nil {
		return cli.Hint(err, "tạo khoá / make the keys with: provincectl keys init --province NAME --out %s", o.keys)
	}
	if err := keys.CheckDir(o.keys); err != nil {
		return err
	}
	pepper, err := snapshot.ReadPepper(filepath.Join(o.keys, keys.PepperFile))
	if err != nil {
		return err
	}
	order, why, err := o.order(trust.Province)
	if err != nil {
		return err
	}
	order.Pepper = pepper
	if o.snapshots != "" {
		fmt.Fprintf(io.Out, "%s: %s\n", what(order), why)
	}
	r, took, err := o.write(ctx, io, order)
	if err != nil {
		return err
	}
	o.tell(io, order, r, took)
	if err := o.tidy(io); err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "next: %d of %d officers sign it: provincectl snapshot sign --key FILE %s\n", trust.Snapshot.Threshold, len(trust.Snapshot.Keys), order.Out)
	return nil
}

// write builds the snapshot.
func (o *buildOptions) write(ctx context.Context, io cli.IO, order chain.Order) (r chain.Result, took time.Duration, err error) {
	src, files, err := o.source()
	defer files.close()
	if err != nil {
		return r, 0, err
	}
	if order.Sites.Rows, err = o.listed(time.Unix(order.Manifest.Created, 0)); err != nil {
		return r, 0, err
	}
	bars := newSteps(io.Err, map[string]string{"read": "reading rows", "move": "matching old numbers", "join": "joining people", "sort": "sorting", "write": "sealing and writing", "stretch": "stretching keys"})
	defer bars.done()
	order.Work.Step = func(step string, done, all int) error {
		bars.set(step, int64(done), int64(all))
		return ctx.Err()
	}
	started := time.Now()
	r, err = chain.Build(src, order)
	return r, time.Since(started).Round(10 * time.Millisecond), buildHint(err)
}

func buildHint(err error) error {
	const base = "chưa dựng gì; dựng bản gốc: cùng lệnh với --layer base, không có --against / nothing was built; build a base: the same command with --layer base, without --against"
	switch {
	case err == nil:
		return nil
	case errors.Is(err, chain.ErrNoState), errors.Is(err, chain.ErrOtherPepper), errors.Is(err, state.ErrDamaged), errors.Is(err, state.ErrOther):
		return cli.Hint(err, base)
	case errors.Is(err, keycache.ErrBusy):
		return cli.Hint(err, "chưa dựng gì; chờ lần dựng kia xong / nothing was built; wait for the other build")
	case errors.Is(err, scratch.ErrNoRoom):
		return cli.Hint(err, "chưa dựng gì; đặt --out ở đĩa lớn hơn / nothing was built; --out on a larger disk")
	case errors.Is(err, context.Canceled):
		return cli.Hint(err, "chưa dựng gì; các khoá đã tính xong được giữ lại / nothing was built; keys that were stretched are kept")
	}
	return cli.Hint(err, "chưa dựng gì; sửa các dòng rồi chạy lại / nothing was built; mend the rows and run it again")
}

// what is the layer in words.
func what(order chain.Order) string {
	if order.Below == nil {
		return order.Kind.String() + " layer"
	}
	return fmt.Sprintf("%s layer on snapshot %d", order.Kind, order.Below.Manifest.Number)
}

func (o *buildOptions) tell(io cli.IO, order chain.Order, r chain.Result, took time.Duration) {
	m := r.Manifest
	fmt.Fprintf(io.Out, "snapshot %d of %s in %s: ", m.Number, m.Province, order.Out)
	said := fmt.Sprintf("%d people, %d doses, %d cases, %d reports", r.People, r.Doses, r.Cases, r.Counts.Withdrawn)
	if r.Tests > 0 {
		said += fmt.Sprintf(", %d tests", r.Tests)
	}
	if r.Declared > 0 {
		said += fmt.Sprintf(", %d declarations", r.Declared)
	}
	said += fmt.Sprintf(" (%s)", took)
	switch {
	case r.Unchanged:
		fmt.Fprintf(io.Out, "nothing differs from snapshot %d, its layers are kept: %s\n", order.Below.Manifest.Number, said)
	case order.Below == nil || order.Partial:
		fmt.Fprintf(io.Out, "%s layer with %s\n", order.Kind, said)
	default:
		h := m.Layers[0].Header // counts the probe as a person
		fmt.Fprintf(io.Out, "%s with %d people and %d further documents that changed, %d documents removed; %s\n", what(order), h.People-1, h.Aliases, h.Tombstones, said)
	}
	if below := order.Below; below != nil && m.Number > below.Manifest.Number+maxJump {
		fmt.Fprintf(io.Out, "note: the number jumps from %d to %d; boxes never go back to lower ones: is it meant?\n", below.Manifest.Number, m.Number)
	}
	for _, s := range m.Sites {
		fmt.Fprintf(io.Out, "lists of site %s: %d people\n", s.Site, s.Layer.Header.Aliases)
	}
	o.notes(io, r.Counts)
	if len(r.Ignored) > 0 {
		fmt.Fprintf(io.Out, "note: stretched keys of another pepper or stretch are not used: %s\n", strings.Join(r.Ignored, ", "))
	}
}

// maxJump is by how much a number may rise without a word: some weeks of hours.
const maxJump = 1000

// statesKept is for how many of the newest snapshots the state is kept: one is
// a gigabyte for ten million people, and officers compare with a snapshot that
// is a few hours old.
const statesKept = 8

// tidy removes states that no build will ask for.
func (o *buildOptions) tidy(io cli.IO) error {
	if o.snapshots == "" {
		return nil
	}
	gone, err := chain.Shelf(o.snapshots).Tidy(statesKept)
	for _, n := range gone {
		fmt.Fprintf(io.Out, "note: the state of snapshot %d is not needed any more and was removed\n", n)
	}
	return err
}

// notes tells what somebody who reads the counts alone would not expect.
func (o *buildOptions) notes(io cli.IO, counts build.Counts) {
	if o.doses == "" {
		fmt.Fprintln(io.Out, "note: without --doses nobody in this layer is vaccinated")
	}
	if counts.RepeatedDoses > 0 {
		fmt.Fprintf(io.Out, "note: %d doses of a person on a day that has one already were left out\n", counts.RepeatedDoses)
	}
	if counts.OldDocuments > 0 {
		fmt.Fprintf(io.Out, "note: %d reports are about old documents of known people, which records do not hold\n", counts.OldDocuments)
	}
	if counts.Strangers > 0 {
		fmt.Fprintf(io.Out, "note: rows about %d numbers that are not in the people file were left out\n", counts.Strangers)
	}
}
