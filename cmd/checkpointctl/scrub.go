//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/store/snapshot"
)

func snapshotScrub() *cli.Command {
	var named string
	return &cli.Command{
		Name: "scrub", Short: "đọc và chứng minh lại toàn bộ dữ liệu / read the whole of the data in use, and prove it again",
		Examples: []string{"sudo checkpointctl snapshot scrub"},
		Flags:    func(f *flag.FlagSet) { stateFlag(f, &named) },
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("snapshot scrub: unexpected argument %q", args[0])
			}
			store, _, err := snapshots.Store(findState(named))
			if err != nil {
				return stateHint(err, "--data")
			}
			return scrub(ctx, io, store)
		},
	}
}

// scrub proves each layer in a process of its own. Rot that nobody's lookup has
// met yet is told before it meets somebody.
func scrub(ctx context.Context, io cli.IO, store *snapshot.Box) error {
	n, err := store.Current()
	if err != nil {
		return err
	}
	if n == 0 {
		fmt.Fprintln(io.Out, "chưa có dữ liệu / no data yet")
		return nil
	}
	m, err := store.Manifest(n)
	if err != nil {
		return err
	}
	var errs []error
	for _, ref := range m.Layers {
		if err := snapshot.Examine(ctx, store.LayersDir(), ref); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", ref.FileName(), err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return cli.Hint(err, "nạp lại bản mới nhất; còn hỏng thì thay thẻ / load the newest snapshot again; if it comes back, change the card")
	}
	fmt.Fprintf(io.Out, "bản / snapshot %d: %d lớp tốt / layers are sound\n", n, len(m.Layers))
	return nil
}
