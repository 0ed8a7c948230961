package main

import (
	"context"
	"flag"
	"fmt"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/snapshot"
)

func snapshotCommand() *cli.Command {
	return &cli.Command{
		Name: "snapshot", Short: "bản dữ liệu / signed data for the boxes",
		Examples: []string{
			"provincectl snapshot build --people people.csv --doses doses.csv --keys keys --out snap",
			"provincectl snapshot diff snap snap2",
			"provincectl snapshot sign --key keys/officer-1.key snap",
			"provincectl snapshot inspect --trust keys/province.json snap",
		},
		Sub: []*cli.Command{snapshotBuild(), snapshotDiff(), snapshotSign(), snapshotInspect(), snapshotPublish(), snapshotExport()},
	}
}

func snapshotInspect() *cli.Command {
	var trust string
	return &cli.Command{
		Name: "inspect", Short: "xem một bản dữ liệu / show what a snapshot holds and who signed it",
		Examples: []string{"provincectl snapshot inspect --trust keys/province.json snap"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&trust, "trust", "", "province.json to check signatures against (default: none are checked)")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) != 1 {
				return cli.Usage("snapshot inspect: want one snapshot directory")
			}
			io.Out = cli.Plain(io.Out) // nobody has checked a snapshot that is not signed yet
			raw, signatures, err := snapshot.ReadBundle(args[0])
			if err != nil {
				return err
			}
			m, err := snapshot.PeekManifest(raw)
			if err != nil {
				return err
			}
			fmt.Fprintf(io.Out, "snapshot %d of %s, created %s, stretch %d, %d signatures\n", m.Number, m.Province, m.CreatedAt().Format(time.RFC3339), m.Stretch, len(signatures))
			for i, l := range m.Layers {
				h := l.Header
				fmt.Fprintf(io.Out, "  layer %d: %s of snapshot %d, %d people (with the probe), %d aliases, %d removed, %d blocks, root %x\n", i, h.Kind, h.Number, h.People, h.Aliases, h.Tombstones, h.Blocks, l.Root[:8])
			}
			if err := printRollout(io.Out, args[0]); err != nil {
				return err
			}
			return inspectPolicyAndTrust(io, m, raw, signatures, trust)
		},
	}
}
