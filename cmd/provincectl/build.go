package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build"
	"checkpoint/store/keys"
	"checkpoint/store/scratch"
	"checkpoint/store/snapshot"
	"checkpoint/verify/policy"
)

type buildOptions struct {
	people, doses, cases, withdrawn, removed string
	columns                                  string
	policy, keys, out, on, layer, created    string
	number                                   uint64
	stretch                                  stretchFlag
}

func snapshotBuild() *cli.Command {
	var o buildOptions
	return &cli.Command{
		Name: "build", Short: "dựng bản dữ liệu / build a snapshot from CSV files",
		Examples: []string{
			"provincectl snapshot build --people people.csv --doses doses.csv --cases cases.csv --withdrawn withdrawn.csv --keys keys --number 1 --out snap",
			"provincectl snapshot build --people changed.csv --doses doses.csv --layer hourly --on snap --number 2 --keys keys --out snap2",
		},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&o.people, "people", "", "people.csv, .csv.gz or .csv.zst (required)")
			f.StringVar(&o.doses, "doses", "", "doses.csv")
			f.StringVar(&o.cases, "cases", "", "cases.csv")
			f.StringVar(&o.withdrawn, "withdrawn", "", "withdrawn.csv")
			f.StringVar(&o.columns, "columns", "", "TOML file with the province's own column names")
			f.StringVar(&o.removed, "removed", "", "document numbers to hide, one a line (daily and hourly layers)")
			f.StringVar(&o.policy, "policy", "", "policy file (default: that of --on, else the sample policy)")
			f.StringVar(&o.keys, "keys", "keys", "directory with province.json and pepper")
			f.StringVar(&o.out, "out", "snap", "directory for the snapshot")
			f.StringVar(&o.on, "on", "", "snapshot directory to put the new layer on")
			f.StringVar(&o.layer, "layer", "base", "base, daily or hourly")
			f.StringVar(&o.created, "created", "", "time of the data, RFC 3339 (default now)")
			f.Uint64Var(&o.number, "number", 0, "number of the snapshot (default: one above --on, else 1)")
			f.Var(&o.stretch, "stretch", "memory-hard record keys (Argon2id 8 MiB), slower to build and to guess\n(default: as build.toml of --keys says, else true)")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if o.people == "" || len(args) > 0 {
				return cli.Usage("snapshot build: --people is needed, and no arguments")
			}
			return o.run(ctx, io)
		},
	}
}

func (o *buildOptions) run(ctx context.Context, io cli.IO) error {
	trust, err := snapshot.ReadTrust(filepath.Join(o.keys, keys.ProvinceFile))
	if err != nil {
		return cli.Hint(err, "make the keys with: provincectl keys init --province NAME --out %s", o.keys)
	}
	pepper, err := snapshot.ReadPepper(filepath.Join(o.keys, keys.PepperFile))
	if err != nil {
		return err
	}
	m, plan, err := o.plan(trust.Province)
	if err != nil {
		return err
	}
	before := o.standing()
	counts, took, err := o.write(ctx, io, &m, plan, pepper)
	if err != nil {
		return errors.Join(err, o.takeBack(before))
	}
	fmt.Fprintf(io.Out, "snapshot %d of %s in %s: %s layer with %d people, %d doses, %d cases, %d reports (%s)\n", m.Number, m.Province, o.out, plan.Kind, counts.People, counts.Doses, counts.Cases, counts.Withdrawn, took)
	o.notes(io, counts)
	fmt.Fprintf(io.Out, "next: %d of %d officers sign it: provincectl snapshot sign --key FILE %s\n", trust.Snapshot.Threshold, len(trust.Snapshot.Keys), o.out)
	return nil
}

// write builds the layer and puts it into the snapshot's directory.
func (o *buildOptions) write(ctx context.Context, io cli.IO, m *snapshot.Manifest, plan snapshot.Plan, pepper snapshot.Pepper) (counts build.Counts, took time.Duration, err error) {
	if err := o.carryLayers(m.Layers); err != nil {
		return counts, 0, err
	}
	src, files, err := o.source()
	defer files.close()
	if err != nil {
		return counts, 0, err
	}
	bars := newSteps(io.Err, map[string]string{"read": "reading rows", "move": "matching old numbers", "join": "joining people", "sort": "sorting", "write": "sealing and writing"})
	defer bars.done()
	plan.Work.Step = func(step string, done, all int) error {
		bars.set(step, int64(done), int64(all))
		return ctx.Err()
	}
	started := time.Now()
	ref, counts, err := build.Layer(src, plan, pepper, snapshot.LayersDir(o.out))
	if err != nil {
		return counts, 0, buildHint(err)
	}
	m.Layers = append([]snapshot.LayerRef{ref}, m.Layers...)
	return counts, time.Since(started).Round(10 * time.Millisecond), snapshot.WriteBundle(o.out, *m)
}

func buildHint(err error) error {
	switch {
	case errors.Is(err, scratch.ErrNoRoom):
		return cli.Hint(err, "nothing was built; --out on a larger disk")
	case errors.Is(err, context.Canceled):
		return cli.Hint(err, "nothing was built")
	}
	return cli.Hint(err, "nothing was built; mend the rows and run it again")
}

// standing is what of the snapshot's directories is there before the build,
// the outer first.
func (o *buildOptions) standing() (there []string) {
	for _, dir := range []string{o.out, snapshot.LayersDir(o.out)} {
		if _, err := os.Lstat(dir); err == nil {
			there = append(there, dir)
		}
	}
	return there
}

// takeBack removes the directories that a failed build has made, with what it
// put into them: a snapshot that is not whole must not be carried to a box.
func (o *buildOptions) takeBack(before []string) error {
	for _, dir := range []string{o.out, snapshot.LayersDir(o.out)} {
		if !slices.Contains(before, dir) {
			return os.RemoveAll(dir)
		}
	}
	return nil
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

// plan decides number, kind, time and policy, on top of an earlier snapshot if
// there is one.
func (o *buildOptions) plan(province string) (snapshot.Manifest, snapshot.Plan, error) {
	m := snapshot.Manifest{Province: province, Number: max(o.number, 1), Created: time.Now().Unix(), Policy: policy.Sample()}
	plan := snapshot.Plan{Province: province}
	for _, k := range []snapshot.LayerKind{snapshot.LayerBase, snapshot.LayerDaily, snapshot.LayerHourly} {
		if k.String() == o.layer {
			plan.Kind = k
		}
	}
	if plan.Kind == 0 || (plan.Kind == snapshot.LayerBase) != (o.on == "") {
		return m, plan, cli.Usage("snapshot build: --layer base stands alone; daily and hourly go --on a snapshot")
	}
	var err error
	if m.Stretch, err = o.stretch.of(o.keys); err != nil {
		return m, plan, err
	}
	if err := o.onTop(&m); err != nil {
		return m, plan, err
	}
	if o.created != "" {
		t, err := time.Parse(time.RFC3339, o.created)
		if err != nil {
			return m, plan, cli.Usage("snapshot build: --created: want RFC 3339, such as 2021-10-01T02:00:00+07:00")
		}
		m.Created = t.Unix()
	}
	if o.policy != "" {
		if _, err := readPolicy(o.policy); err != nil {
			return m, plan, err
		}
		if m.Policy, err = os.ReadFile(o.policy); err != nil {
			return m, plan, err
		}
	}
	plan.Number, plan.Stretch = m.Number, m.Stretch
	return m, plan, nil
}

func (o *buildOptions) onTop(m *snapshot.Manifest) error {
	if o.on == "" {
		return nil
	}
	raw, _, err := snapshot.ReadBundle(o.on)
	if err != nil {
		return err
	}
	below, err := snapshot.PeekManifest(raw)
	if err != nil {
		return err
	}
	if o.number == 0 {
		m.Number = below.Number + 1
	}
	if m.Number <= below.Number || below.Province != m.Province {
		return fmt.Errorf("snapshot %d of %s cannot go on snapshot %d of %s", m.Number, m.Province, below.Number, below.Province)
	}
	if len(below.Layers) >= snapshot.MaxLayers {
		return cli.Hint(fmt.Errorf("snapshot %d has %d layers, which is all a snapshot may have", below.Number, len(below.Layers)), "build a new base: the same command without --on and --layer, from the whole of the data")
	}
	m.Layers, m.Policy, m.Stretch = below.Layers, below.Policy, below.Stretch
	return nil
}

// carryLayers puts the layers below into the new snapshot directory, so that
// it is whole by itself.
func (o *buildOptions) carryLayers(layers []snapshot.LayerRef) error {
	if err := os.MkdirAll(snapshot.LayersDir(o.out), 0o755); err != nil {
		return fmt.Errorf("make snapshot directory: %w", err)
	}
	for _, l := range layers {
		from, to := filepath.Join(snapshot.LayersDir(o.on), l.FileName()), filepath.Join(snapshot.LayersDir(o.out), l.FileName())
		if err := os.Link(from, to); err == nil || errors.Is(err, fs.ErrExist) {
			continue
		}
		if err := copyFile(from, to); err != nil {
			return fmt.Errorf("carry layer: %w", err)
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = out.ReadFrom(in)
	return errors.Join(err, out.Sync(), out.Close())
}
