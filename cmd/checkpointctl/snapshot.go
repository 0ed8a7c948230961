package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/console/control"
	"checkpoint/store/snapshot"
)

const defaultState = "/var/lib/checkpoint"

func snapshotCommand() *cli.Command {
	return &cli.Command{
		Name: "snapshot", Short: "dữ liệu trên máy / the data on the box",
		Sub: []*cli.Command{snapshotLoad(), snapshotList()},
	}
}

func snapshotLoad() *cli.Command {
	var state, run string
	return &cli.Command{
		Name: "load", Short: "nạp dữ liệu từ thư mục hoặc USB / take in a snapshot directory",
		Examples: []string{"checkpointctl snapshot load /media/usb/snap"},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &run)
			f.StringVar(&state, "state", defaultState, "the daemon's state directory")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) != 1 {
				return cli.Usage("snapshot load: want one snapshot directory")
			}
			store, _, err := snapshots.Store(state)
			if err != nil {
				return &cli.Error{Err: err, Code: cli.NotConfigured, Hint: "the box has no keys of the province yet; --state names its state directory"}
			}
			m, err := store.Load(args[0], snapshot.Incoming{Check: snapshots.Check, Progress: progress(io)})
			if err != nil {
				return loadHint(err)
			}
			fmt.Fprintf(io.Out, "snapshot %d of %s is in use (data of %s)\n", m.Number, m.Province, m.CreatedAt().Format(time.RFC3339))
			if _, err := control.NewClient(findRunDir(run)).Reload(ctx); err != nil {
				fmt.Fprintln(io.Out, "no daemon was told; one that runs on this state directory switches within 5 s")
			}
			return nil
		},
	}
}

func loadHint(err error) error {
	switch {
	case errors.Is(err, snapshot.ErrUntrusted):
		return cli.Hint(err, "nothing was changed, the snapshot in use stays; ask the province for a signed, newer one")
	case errors.Is(err, snapshot.ErrDamaged):
		return cli.Hint(err, "nothing was changed, the snapshot in use stays; copy the directory again, or use another stick")
	}
	return cli.Hint(err, "nothing was changed, the snapshot in use stays")
}

// progress draws a bar a step on a terminal, and nothing elsewhere.
func progress(io cli.IO) func(string, int64, int64) {
	f, ok := io.Err.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	var bar *progressbar.ProgressBar
	var step string
	return func(now string, done, all int64) {
		if now != step {
			step = now
			bar = progressbar.NewOptions64(all, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(step), progressbar.OptionClearOnFinish())
		}
		_ = bar.Set64(done) // a bar that cannot be drawn stops nothing
	}
}

func snapshotList() *cli.Command {
	var state string
	return &cli.Command{
		Name: "list", Short: "các bản đang giữ / the snapshots on the box",
		Flags: func(f *flag.FlagSet) { f.StringVar(&state, "state", defaultState, "the daemon's state directory") },
		Run: func(_ context.Context, io cli.IO, _ []string) error {
			store, _, err := snapshots.Store(state)
			if err != nil {
				return err
			}
			current, err := store.Current()
			if err != nil {
				return cli.Hint(err, "load one: checkpointctl snapshot load DIR")
			}
			kept, err := store.Kept()
			if err != nil {
				return err
			}
			for _, n := range kept {
				fmt.Fprintf(io.Out, "%d%s\n", n, map[bool]string{true: "  in use", false: ""}[n == current])
			}
			return nil
		},
	}
}
