//go:build linux

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

	"golang.org/x/sys/unix"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/console/control"
	"checkpoint/device/node"
	"checkpoint/store/snapshot"
	"checkpoint/sync/update"
)

// stickPoint is where a stick is mounted while it is looked at, in the mount
// name space of checkpoint-stick@.service.
const stickPoint = "/run/checkpoint-stick"

func stickCommand() *cli.Command {
	f := firstBoot{devices: node.Here()}
	var run string
	return &cli.Command{
		Name: "stick", Short: "lấy giấy mời, trả lời, dữ liệu từ USB / take claim, reply and data from a stick",
		Examples: []string{"sudo checkpointctl system stick /dev/sda1", "sudo checkpointctl system stick /media/usb"},
		Flags: func(flags *flag.FlagSet) {
			flags.StringVar(&f.boot, "boot", "/boot/firmware", "the FAT partition of the card")
			flags.StringVar(&f.data, "keep", "/data/seed", "directory of system first-boot")
			flags.StringVar(&f.state, "data", defaultState, "the daemon's state directory")
			flags.StringVar(&f.config, "config", config.DefaultPath, "configuration to write")
			flags.StringVar(&f.run, "into", "/run", "directory for what is made anew at each start")
			runFlag(flags, &run)
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) != 1 {
				return cli.Usage("system stick: want one device or directory")
			}
			dir, unmount, err := mountStick(args[0])
			if err != nil {
				return cli.Hint(err, "chỉ đọc USB định dạng FAT hoặc exFAT / sticks are read with FAT or exFAT")
			}
			f.stick = dir
			return errors.Join(f.execute(ctx, io), loadStick(ctx, io, dir, f.state, run), unmount())
		},
	}
}

// mountStick mounts a device for reading. File systems that people put onto
// sticks, and no others: a kernel has many, and each reads what a stranger wrote.
func mountStick(from string) (dir string, unmount func() error, err error) {
	info, err := os.Stat(from)
	if err != nil {
		return "", nil, err
	}
	if info.IsDir() {
		return from, func() error { return nil }, nil
	}
	if err := os.MkdirAll(stickPoint, 0o700); err != nil {
		return "", nil, err
	}
	var errs []error
	for _, kind := range []string{"vfat", "exfat"} {
		err := unix.Mount(from, stickPoint, kind, unix.MS_RDONLY|unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "umask=022") // all may read
		if err == nil {
			return stickPoint, func() error { return unix.Unmount(stickPoint, 0) }, nil
		}
		errs = append(errs, fmt.Errorf("%s as %s: %w", from, kind, err))
	}
	return "", nil, errors.Join(errs...)
}

// loadAsOwner takes in a stick's data as the daemon itself would: nobody stands
// by when a stick is plugged in.
func loadAsOwner(ctx context.Context, io cli.IO, from, state string) (m snapshot.Manifest, err error) {
	err = asOwner(state, func() error {
		store, trust, err := snapshots.Store(state)
		if err != nil {
			return stateHint(err, "--data")
		}
		if m, err = load(ctx, io, from, state, store, trust); errors.Is(err, fs.ErrPermission) {
			return cli.Hint(err, "chưa thay đổi gì; người dùng của chương trình phải đọc được USB và ghi được thư mục trạng thái / nothing was changed; the daemon's user has to be able to read %s and to write below %s", from, state)
		}
		return loadHint(err)
	})
	return m, err
}

// loadStick takes in what `provincectl snapshot export` has put onto a stick: at
// its top, or in one of its folders.
func loadStick(ctx context.Context, io cli.IO, dir, state, run string) error {
	folders, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return err
	}
	for _, from := range slices.Concat([]string{dir}, folders) {
		if !update.IsRepository(from) {
			continue
		}
		m, err := loadAsOwner(ctx, io, from, state)
		if err != nil {
			return err
		}
		return tell(ctx, io, control.NewClient(findRunDir(run)), m)
	}
	return nil
}
