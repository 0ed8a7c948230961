package main

import (
	"context"
	"errors"
	"flag"
	"path/filepath"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build/chain"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
	"checkpoint/verify"
	"checkpoint/verify/policy"
	"checkpoint/verify/zones"
)

type dryRun struct {
	journal, database, recordsKey string
	dayKeys                       string
	snapshot, keys                string
	boxes                         []string
	lane                          checkpoint.LaneInfo
}

func policyDryRun() *cli.Command {
	var d dryRun
	return &cli.Command{
		Name: "dry-run", Short: "thử quy định mới trên quyết định đã ghi / a day's recorded decisions under new rules: what would change, without names",
		Examples: []string{
			"provincectl policy dry-run --journal 2021-10-14 --database 'postgres:///checkpoint?host=/run/postgresql&user=checkpoint_view' --snapshot snapshots/7 new.toml",
			"provincectl policy dry-run --journal /media/card/journal --records-key keys/records.key --snapshot snapshots/7 --site-type gateway new.toml",
		},
		Flags: d.flags,
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) != 1 || d.journal == "" || d.snapshot == "" || (d.database == "") == (d.recordsKey == "") {
				return cli.Usage("policy dry-run: want one policy file, --snapshot, --journal, and with it --database for a day or --records-key for files")
			}
			return d.run(ctx, io, args[0])
		},
	}
}

func (d *dryRun) flags(f *flag.FlagSet) {
	f.StringVar(&d.journal, "journal", "", "a day in Vietnam, YYYY-MM-DD, of the opened records in --database; or a box's journal: a .seg file, or a\ndirectory of them, that no daemon has open")
	f.StringVar(&d.database, "database", "", "where collectord opens records to")
	f.StringVar(&d.dayKeys, "day-keys", "/var/lib/checkpoint-days", "with --database: folder of the keys under which people are kept; of a day whose key is gone nothing can be told")
	f.StringVar(&d.recordsKey, "records-key", "", "the province's key for records, to open a journal")
	f.StringVar(&d.snapshot, "snapshot", "", "snapshot that the boxes had: its policy is the old one, its state, beside it, says what the data knew")
	f.StringVar(&d.keys, "keys", "keys", "directory with the pepper")
	f.Func("box", "with --database: only this box; may be repeated. Records do not say of which kind their site is", func(s string) error {
		d.boxes = append(d.boxes, s)
		return nil
	})
	f.StringVar(&d.lane.SiteType, "site-type", "building", "what rules are told of the site")
	f.StringVar(&d.lane.Commune, "commune", "", "code of the commune the site is in")
}

func (d *dryRun) run(ctx context.Context, io cli.IO, file string) error {
	after, err := readPolicy(file)
	if err != nil {
		return err
	}
	each, err := d.records(ctx)
	if err != nil {
		return err
	}
	pepper, err := snapshot.ReadPepper(filepath.Join(d.keys, keys.PepperFile))
	if err != nil {
		return err
	}
	below, err := chain.Read(d.snapshot)
	if err != nil {
		return err
	}
	before, err := policy.Parse(below.Manifest.Policy)
	if err != nil {
		return err
	}
	holders, err := findHolders(below, pepper, each)
	if err != nil {
		return cli.Hint(err, "tệp trạng thái nằm cạnh bản dữ liệu ở nơi dựng, tên BẢN.state / the state lies beside the snapshot where it was built, as SNAP.state")
	}
	c := &comparison{before: before, after: after, manifest: below.Manifest, lane: d.lane, pepper: pepper, holders: holders, moves: map[move]int{}}
	if len(below.Manifest.Zones) > 0 {
		if c.levels, err = zones.Parse(below.Manifest.Zones); err != nil {
			return err
		}
	}
	if err := each(c.add); err != nil {
		return err
	}
	c.print(cli.Plain(io.Out))
	if c.all == 0 {
		return cli.Hint(errors.New("there are no decisions"), "có đúng ngày không, bản ghi của ngày đó đã mở chưa? xem trang tình trạng của collectord / is it the right day, and were its records opened? collectord's health page tells")
	}
	return nil
}

// comparison counts what becomes of decisions.
type comparison struct {
	before, after *policy.Policy
	manifest      snapshot.Manifest
	levels        *zones.Table
	lane          checkpoint.LaneInfo
	pepper        snapshot.Pepper
	holders       holders
	moves         map[move]int

	all, noRule, otherPolicy, notHeld, notRepeated, compared int
}

// move is what a decision was and would be.
type move struct{ before, after verdictOf }

type verdictOf struct {
	verdict checkpoint.Verdict
	reason  checkpoint.Reason
	rule    string
}

func (c *comparison) add(r checkpoint.Record, with *checkpoint.Record) error {
	c.all++
	was := verdictOf{r.Verdict, r.Reason, r.Rule}
	switch {
	case r.Rule == "":
		c.noRule++
		return nil
	case r.Policy != c.before.Number():
		c.otherPolicy++
		return nil
	case !verify.Holds(r, with):
		c.notHeld++
		return nil
	}
	holder := c.holders.of(c.pepper.Tag(r.Document, r.Number))
	if again := c.decide(c.before, r, with, holder); again != was {
		c.notRepeated++
		return nil
	}
	c.compared++
	c.moves[move{was, c.decide(c.after, r, with, holder)}]++
	return nil
}

func (c *comparison) decide(p *policy.Policy, r checkpoint.Record, with *checkpoint.Record, holder *checkpoint.Person) verdictOf {
	data := &verify.Data{Policy: p, Created: c.manifest.CreatedAt(), Zones: c.levels}
	if r.Snapshot != c.manifest.Number { // how old the data was then is not known, but for what was found
		data.Created = r.Time
		for _, f := range r.Findings {
			if f == checkpoint.FoundDataStale {
				data.Created = r.Time.Add(-staleFor(c.before))
			}
		}
	}
	ruling := verify.Redecide(p, verify.Again(r, with, holder, c.lane, data), r.Trusted)
	return verdictOf{ruling.Verdict, ruling.Reason, ruling.Rule}
}
