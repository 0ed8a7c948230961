package main

import (
	"context"
	"flag"
	"fmt"
	"regexp"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/keys"
)

// keysCommand makes each guess of a passphrase that it locks with cost 2^work.
func keysCommand(work int) *cli.Command {
	return &cli.Command{
		Name: "keys", Short: "khoá của tỉnh / the province's keys",
		Examples: []string{
			"provincectl keys init --province mau --out keys",
			"provincectl keys backup --keys keys --officers officers.txt --threshold 2 --out backup",
			"provincectl keys restore --bundle bundle.tar --share share-1.txt --share share-3.txt --out keys",
		},
		Sub: []*cli.Command{keysInit(), keysSystem(), keysOfficer(work), keysBackup(work), keysRestore()},
	}
}

func keysInit() *cli.Command {
	var out, province string
	var officers, threshold int
	var stretch bool
	return &cli.Command{
		Name: "init", Short: "tạo khoá / make the keys of a province, once",
		Examples: []string{"provincectl keys init --province mau --out keys"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&province, "province", "", "id of the province, a-z 0-9 -")
			f.StringVar(&out, "out", "keys", "directory for the keys; must not hold any yet")
			f.IntVar(&officers, "officers", 3, "people who sign snapshots")
			f.IntVar(&threshold, "threshold", 2, "how many of them must agree")
			f.BoolVar(&stretch, "stretch", true, "snapshots are built with memory-hard record keys (Argon2id 8 MiB)\nunless told otherwise; =false for samples")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if province == "" || len(args) > 0 {
				return cli.Usage("keys init: --province is needed, and no arguments")
			}
			if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`).MatchString(province) {
				return cli.Usage("keys init: --province %q: want 1 to 32 of a-z, 0-9 and -", province)
			}
			if threshold < 1 || threshold > officers {
				return cli.Usage("keys init: --threshold %d of --officers %d: want 1 to as many as there are", threshold, officers)
			}
			trust, err := keys.Init(out, province, officers, threshold)
			if err != nil {
				return cli.Hint(err, "chọn --out khác, hoặc giữ khoá đang có / choose another --out, or keep the keys you have")
			}
			if err := keys.WriteBuild(out, keys.Build{Stretch: stretch}); err != nil {
				return err
			}
			fmt.Fprintf(io.Out, "keys of %s in %s:\n", trust.Province, out)
			fmt.Fprintf(io.Out, "  %-15s public, goes to every box\n", keys.ProvinceFile)
			for n := range officers {
				fmt.Fprintf(io.Out, "  %-15s secret, to officer %d alone (%d of %d sign a snapshot)\n", keys.OfficerFile(n+1), n+1, threshold, officers)
			}
			fmt.Fprintf(io.Out, "  %-15s secret, to the collector\n", keys.RecordsFile)
			fmt.Fprintf(io.Out, "  %-15s secret, to the collector\n", keys.CollectorFile)
			fmt.Fprintf(io.Out, "  %-15s secret, to the office that invites boxes\n", keys.OfficeFile)
			fmt.Fprintf(io.Out, "  %-15s secret, to approved boxes and the builder\n", keys.PepperFile)
			fmt.Fprintf(io.Out, "  %-15s how snapshots are built: %s\n", keys.BuildFile, map[bool]string{true: "with the stretch", false: "WITHOUT the stretch, for samples only"}[stretch])
			fmt.Fprintf(io.Out, "A lost key is lost records. After publish init, which adds online.key, and before the keys are handed out: provincectl keys backup --keys %s --officers officers.txt --threshold %d --out backup\n", out, max(threshold, 2))
			return nil
		},
	}
}
