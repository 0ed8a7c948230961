//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/console/control"
	"checkpoint/store/snapshot"
)

func snapshotRollback() *cli.Command {
	var named, run string
	return &cli.Command{
		Name: "rollback", Short: "quay về bản trước, theo lời tỉnh / go back to the snapshot before, as the province told you to",
		Examples: []string{"sudo checkpointctl snapshot rollback"},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &run)
			stateFlag(f, &named)
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("snapshot rollback: unexpected argument %q", args[0])
			}
			state := findState(named)
			var m snapshot.Manifest
			err := asOwner(state, func() error {
				store, _, err := snapshots.Store(state)
				if err != nil {
					return stateHint(err, "--data")
				}
				m, err = store.GoBack(snapshot.Incoming{Check: snapshots.Check})
				return err
			})
			if said := new(cli.Error); errors.As(err, &said) {
				return err
			}
			if err != nil {
				return cli.Hint(err, "chưa thay đổi gì; các bản còn giữ: checkpointctl snapshot list / nothing was changed; checkpointctl snapshot list shows what is kept")
			}
			if err := tell(ctx, io, control.NewClient(findRunDir(run)), m); err != nil {
				return err
			}
			fmt.Fprintln(io.Out, "Máy có mạng sẽ lấy lại bản mới nhất mà tỉnh đưa ra. / With a link the box takes the newest again that the province offers.")
			return nil
		},
	}
}
