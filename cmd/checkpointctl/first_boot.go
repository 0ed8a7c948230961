//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
	"checkpoint/device/node"
	"checkpoint/image/seed"
	"checkpoint/store/durable"
	"checkpoint/store/keys"
	"checkpoint/sync/enrol"
)

// firstBoot is one run of the command.
type firstBoot struct {
	boot, data, state, config, run string
	stick                          string // a directory that was brought; empty: none
	devices                        node.System
	wait                           time.Duration // for a scanner, where none is known yet

	seed   *seed.Seed
	report seed.Report
}

func firstBootCommand() *cli.Command {
	f := firstBoot{devices: node.Here()}
	return &cli.Command{
		Name: "first-boot", Short: "đọc checkpoint.toml trên thẻ, cấu hình máy, viết tình trạng / read the card's checkpoint.toml, set the box up, write its status",
		Examples: []string{"sudo checkpointctl system first-boot"},
		Flags: func(flags *flag.FlagSet) {
			flags.StringVar(&f.boot, "boot", "/boot/firmware", "the FAT partition, with "+seed.File)
			flags.StringVar(&f.data, "keep", "/data/seed", "directory for what has to last: the last good "+seed.File+", keys of the machine")
			flags.StringVar(&f.state, "data", defaultState, "the daemon's state directory")
			flags.StringVar(&f.config, "config", config.DefaultPath, "configuration to write")
			flags.StringVar(&f.run, "into", "/run", "directory for what is made anew at each start")
			flags.StringVar(&f.devices.Sys, "sys", f.devices.Sys, "where the kernel shows devices")
			flags.StringVar(&f.devices.Dev, "dev", f.devices.Dev, "where the device nodes are")
			flags.DurationVar(&f.wait, "wait", 5*time.Second, "how long to wait for a scanner where none is known yet")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("system first-boot: unexpected argument %q", args[0])
			}
			return f.execute(ctx, io)
		},
	}
}

// bootStep is one part of the work. Each is whole by itself and does nothing when
// it was done before: the power may be cut between any two.
type bootStep struct {
	name string
	do   func(context.Context) error
}

func (f *firstBoot) steps() []bootStep {
	return []bootStep{
		{"seed", f.takeSeed}, {"secrets", f.scrub}, {"files", f.writeFiles}, {"keys", f.makeKeys},
		{"claim", f.takeClaim}, {"configuration", f.configure}, {"status", f.writeStatus},
	}
}

// execute goes through all steps, whatever one of them meets: a box that cannot
// write its status still gets its network.
func (f *firstBoot) execute(ctx context.Context, io cli.IO) error {
	var errs []error
	for _, s := range f.steps() {
		if err := s.do(ctx); err != nil {
			err = fmt.Errorf("%s: %w", s.name, err)
			errs = append(errs, err)
			f.report.Faults = append(f.report.Faults, err)
		}
	}
	fmt.Fprint(cli.Plain(io.Out), strings.ReplaceAll(strings.TrimPrefix(string(f.report.Text()), "\ufeff"), "\r\n", "\n"))
	if len(f.report.Read.Faults) > 0 {
		errs = append(errs, f.report.Read.Faults)
	}
	if err := errors.Join(errs...); err != nil {
		return cli.Hint(err, "%s", statusSays)
	}
	if len(f.report.Missing) > 0 {
		return &cli.Error{Err: f.report.Missing, Code: cli.NotConfigured, Hint: statusSays}
	}
	return nil
}

// statusSays is the next step after a start at which something is wrong or missing.
const statusSays = "cần làm gì: xem " + seed.StatusFile + " trên thẻ / that file on the card says what to do"

func (f *firstBoot) takeSeed(context.Context) (err error) {
	f.report.Read, err = seed.Store{Dir: f.data}.Take(f.boot)
	f.seed = f.report.Read.Seed
	return err
}

// scrub takes the secrets out of the file once they are kept.
func (f *firstBoot) scrub(context.Context) error {
	if !f.report.Read.Fresh || !seed.Bare(f.boot) {
		return nil
	}
	err := writable(f.boot, func() error { return seed.Scrub(filepath.Join(f.boot, seed.File)) })
	f.report.Bare = seed.Bare(f.boot)
	return err
}

func (f *firstBoot) writeFiles(context.Context) error {
	return seed.WriteFiles(f.run, f.seed.Files())
}

// makeKeys makes what no two boxes may share: the machine's id, the key by which
// SSH knows it, and the box's own key.
func (f *firstBoot) makeKeys(context.Context) error {
	if err := durable.MkdirAll(f.state, 0o700); err != nil {
		return err
	}
	if err := giveToDaemon(f.state); err != nil {
		return err
	}
	err := asOwner(f.state, func() error {
		_, err := keys.BoxSigner(filepath.Join(f.state, enrol.BoxKeyFile))
		return err
	})
	return errors.Join(err, seed.MakeMachineID(f.data), seed.MakeHostKey(f.data))
}

func (f *firstBoot) writeStatus(context.Context) error {
	if !f.report.Stale(f.boot) {
		return nil
	}
	return writable(f.boot, func() error { return f.report.Write(f.boot) })
}

// writable does what writes to the FAT partition, which is mounted for reading
// but in the moments when something has to be written.
func writable(boot string, do func() error) error {
	err := do()
	if !errors.Is(err, unix.EROFS) {
		return err
	}
	const flags = unix.MS_REMOUNT | unix.MS_NOSUID | unix.MS_NODEV | unix.MS_NOEXEC | unix.MS_NOATIME | unix.MS_SYNCHRONOUS
	if err := unix.Mount("", boot, "", flags, ""); err != nil {
		return &fs.PathError{Op: "remount for writing", Path: boot, Err: err}
	}
	err = do()
	return errors.Join(err, unix.Mount("", boot, "", flags|unix.MS_RDONLY, ""))
}
