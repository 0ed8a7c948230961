//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"checkpoint/cmd/internal/cli"
	"checkpoint/image/proof"
	"checkpoint/image/slots"
	"checkpoint/store/system"
)

// slotScrub reads both slots before anybody needs the one that rotted.
func slotScrub() *cli.Command {
	var c slotCard
	return &cli.Command{
		Name: "scrub", Short: "đọc và chứng minh lại cả hai hệ thống / read the whole of both systems, and prove them again",
		Examples: []string{"sudo checkpointctl system scrub"},
		Flags:    c.flags,
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("system scrub: unexpected argument %q", args[0])
			}
			return c.scrub(ctx, io, c.prove)
		},
	}
}

// scrub marks a rotten slot as one that must not be started, if there is another
// one that is sound.
func (c *slotCard) scrub(ctx context.Context, io cli.IO, prove func(context.Context, slots.Name) error) error {
	s, err := c.next()
	if err != nil {
		return err
	}
	var sound, rotten []slots.Name
	var errs []error
	for _, n := range []slots.Name{slots.A, slots.B} {
		if *s.Of(n) == (slots.Slot{}) {
			continue // given up already, or being written
		}
		err := prove(ctx, n)
		switch {
		case errors.Is(err, proof.ErrRot):
			rotten = append(rotten, n)
			errs = append(errs, fmt.Errorf("hệ thống %s hỏng trên thẻ / system %s: %w", n, n, err))
		case err != nil:
			return err
		default:
			sound = append(sound, n)
			fmt.Fprintf(io.Out, "hệ thống %s tốt / system %s is sound\n", n, n)
		}
	}
	if len(rotten) == 1 && len(sound) == 1 {
		errs = append(errs, c.alter(func(s *slots.State) { s.Bad(rotten[0]); s.Prefer(sound[0]) }))
	}
	return cli.Hint(errors.Join(errs...), "máy dùng hệ thống còn lại từ lần khởi động sau; cài lại bằng system update, còn hỏng thì thay thẻ / from the next start on the other system is used; install one again with system update, and if it comes back, change the card")
}

// prove reads a slot past what the kernel has of it in memory.
func (c *slotCard) prove(ctx context.Context, n slots.Name) error {
	f, err := os.Open(filepath.Join(filepath.Dir(c.disk), map[slots.Name]string{slots.A: "slot-a", slots.B: "slot-b"}[n]))
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Seek(0, 2)
	if err != nil {
		return err
	}
	system.Forget(f, 0, size)
	defer system.Forget(f, 0, size)
	return proof.Slot(ctx, f, size)
}
