package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"checkpoint"
	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/progress"
	"checkpoint/store/build/sample"
	"checkpoint/verify/policy"
)

// policyFile is the sample policy beside the sample people.
const policyFile = "policy.toml"

func sampleCommand() *cli.Command {
	var (
		o         sample.Options
		out, date string
	)
	return &cli.Command{
		Name: "sample", Short: "tạo một tỉnh mẫu / invent a province to try things with",
		Examples: []string{
			"provincectl sample --people 10000 --seed 7 --out sample",
			"provincectl sample --people 10000 --seed 7 --changed 0.001 --hours 2 --out later",
		},
		Flags: func(f *flag.FlagSet) {
			f.IntVar(&o.People, "people", 10000, "how many people")
			f.Uint64Var(&o.Seed, "seed", 7, "the same seed gives the same province")
			f.StringVar(&out, "out", "sample", "directory")
			f.Float64Var(&o.Changed, "changed", 0, "share of the people whose data changes in an hour, such as 0.001: writes the same province later")
			f.IntVar(&o.Hours, "hours", 1, "how many such hours later")
			f.StringVar(&date, "date", "", "day the sample is made for, YYYY-MM-DD (default today)")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("sample: unexpected argument %q", args[0])
			}
			o.Date = checkpoint.DateOf(time.Now())
			if date != "" {
				var err error
				if o.Date, err = checkpoint.ParseDate(date); err != nil {
					return cli.Usage("sample: --date: %v", err)
				}
			}
			bar := progress.New(io.Err, "people", int64(o.People))
			o.Progress = func(done, _ int) { bar.Set(int64(done)) }
			if err := sample.Generate(ctx, out, o); err != nil {
				return err
			}
			bar.Done()
			if err := os.WriteFile(filepath.Join(out, policyFile), policy.Sample(), 0o644); err != nil {
				return fmt.Errorf("write sample policy: %w", err)
			}
			fmt.Fprintf(io.Out, "%d invented people in %s; printable cards in %s; policy in %s\n", o.People, out, filepath.Join(out, sample.CardsDir), filepath.Join(out, policyFile))
			fmt.Fprintf(io.Out, "lists of staff and visitors of site %s, sites and levels of communes: %s, %s, %s, %s\n", sample.Site,
				filepath.Join(out, sample.StaffFile), sample.VisitorsFile, sample.SitesFile, sample.ZonesFile)
			return nil
		},
	}
}
