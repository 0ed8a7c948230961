package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	stdio "io"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/progress"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/store/build/changes"
	"checkpoint/store/build/state"
	"checkpoint/store/snapshot"
	"checkpoint/verify"
	"checkpoint/verify/policy"
)

func snapshotDiff() *cli.Command {
	var g gate
	var asJSON bool
	return &cli.Command{
		Name: "diff", Short: "so hai bản: điều gì đổi ở cổng / what changes at the gates from one snapshot to another",
		Examples: []string{"provincectl snapshot diff snap snap2", "provincectl snapshot diff --json snap snap2"},
		Flags: func(f *flag.FlagSet) {
			g.flags(f)
			f.BoolVar(&asJSON, "json", false, "for machines")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) != 2 {
				return cli.Usage("snapshot diff: want two snapshot directories, the earlier first")
			}
			before, err := openSide(args[0])
			if err != nil {
				return err
			}
			after, err := openSide(args[1])
			if err != nil {
				return err
			}
			d, err := g.compare(ctx, io.Err, before, after)
			if err != nil {
				return diffHint(err)
			}
			if asJSON {
				return d.json(io.Out)
			}
			d.print(cli.Plain(io.Out))
			d.warn(io.Out)
			return nil
		},
	}
}

// gate is where and when people are supposed to come.
type gate struct{ at, site string }

func (g *gate) flags(f *flag.FlagSet) {
	f.StringVar(&g.at, "at", "", "the time at which both are asked, RFC 3339 (default: when the second was created)")
	f.StringVar(&g.site, "site-type", "building", "what rules are told of the site")
}

func (g *gate) time(after side) (time.Time, error) {
	if g.at == "" {
		return after.manifest.CreatedAt(), nil
	}
	t, err := time.Parse(time.RFC3339, g.at)
	if err != nil {
		return t, cli.Usage("--at: want RFC 3339, such as 2021-10-15T08:00:00+07:00")
	}
	return t, nil
}

// side is one of the two snapshots.
type side struct {
	dir        string
	raw        []byte // the manifest, as it is signed
	manifest   snapshot.Manifest
	signatures []snapshot.Signature
	policy     *policy.Policy
}

func openSide(dir string) (side, error) {
	s := side{dir: dir}
	var err error
	if s.raw, s.signatures, err = snapshot.ReadBundle(dir); err != nil {
		return s, err
	}
	if s.manifest, err = snapshot.PeekManifest(s.raw); err != nil {
		return s, fmt.Errorf("%s: %w", dir, err)
	}
	if len(s.manifest.Layers) == 0 {
		return s, fmt.Errorf("%s: a snapshot without layers", dir)
	}
	if s.policy, err = snapshots.Policy(s.manifest.Policy); err != nil {
		return s, fmt.Errorf("%s: %w", dir, err)
	}
	return s, nil
}

// difference is what compare found, for people and for machines.
type difference struct {
	before, after side
	at            time.Time
	result        *changes.Result
}

// compare asks both policies about everybody in the two snapshots, all at one
// time and with their data taken as fresh: what a signature changes, and not
// what a night changes.
func (g *gate) compare(ctx context.Context, bars stdio.Writer, before, after side) (d *difference, err error) {
	d = &difference{before: before, after: after}
	if d.at, err = g.time(after); err != nil {
		return nil, err
	}
	if b, a := before.manifest, after.manifest; b.Province != a.Province || b.Number >= a.Number {
		return nil, cli.Usage("snapshot %d of %s does not come before snapshot %d of %s", b.Number, b.Province, a.Number, a.Province)
	}
	old, err := changes.Open(before.dir, &before.manifest)
	if err != nil {
		return nil, err
	}
	defer old.Close()
	now, err := changes.Open(after.dir, &after.manifest)
	if err != nil {
		return nil, err
	}
	defer now.Close()
	h, k := old.Header(), now.Header()
	bar := progress.New(bars, "so sánh / comparing", int64(h.People+h.Aliases+k.People+k.Aliases))
	defer bar.Done()
	d.result, err = changes.Compare(changes.Comparison{
		Before: old, After: now, Judge: g.judge(before.policy, after.policy, d.at),
		Matched:  h.Pepper == k.Pepper,
		Progress: func(n int) error { bar.Set(int64(n)); return ctx.Err() },
	})
	return d, err
}

func (g *gate) judge(before, after *policy.Policy, at time.Time) changes.Judge {
	lane := checkpoint.LaneInfo{SiteType: g.site, Direction: checkpoint.In}
	ask := func(p *policy.Policy, person checkpoint.Person) changes.Outcome {
		ruling := verify.Expect(p, person, lane, at)
		return changes.Outcome{Verdict: ruling.Verdict, Reason: ruling.Reason}
	}
	return func(person checkpoint.Person) (changes.Outcome, changes.Outcome) {
		return ask(before, person), ask(after, person)
	}
}

func diffHint(err error) error {
	switch {
	case errors.Is(err, changes.ErrNoState):
		return cli.Hint(err, "tệp trạng thái nằm cạnh bản dữ liệu ở nơi dựng, tên BẢN.state: so ở đó, hoặc dựng lại từ chính các tệp ấy / the state lies beside the snapshot where it was built, as SNAP.state: compare there, or build the snapshot again from the same files")
	case errors.Is(err, state.ErrDamaged), errors.Is(err, state.ErrOther), errors.Is(err, snapshot.ErrDamaged):
		return cli.Hint(err, "dựng lại từ chính các tệp ấy, hoặc so với bản khác; không ai nên ký bản không so được / build the snapshot again from the same files, or compare with another one; nobody should sign what cannot be compared")
	}
	return err
}
