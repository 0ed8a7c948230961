package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"flag"
	"fmt"
	"path/filepath"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/progress"
	"checkpoint/store/keys"
	"checkpoint/store/publish"
	"checkpoint/store/snapshot"
)

func publishCommand() *cli.Command {
	return &cli.Command{
		Name: "publish", Short: "kho cho các máy lấy dữ liệu / the repository that boxes fetch from",
		Examples: []string{
			"provincectl publish init --trust keys/province.json --online keys/online.key --repo repo",
			"provincectl publish sign --key officer-1.key --repo repo",
			"provincectl publish refresh --online keys/online.key --repo repo",
		},
		Sub: []*cli.Command{publishRoot("init"), publishRoot("rotate"), publishSign(), publishRefresh(), publishSystem(), publishAnnounce()},
	}
}

// repoFlags are the flags of all that write to a repository.
type repoFlags struct {
	dir, online                   string
	timestamp, fresh, root, stick int // days
}

func (r *repoFlags) directory(f *flag.FlagSet) {
	f.StringVar(&r.dir, "repo", "", "the repository's directory (required)")
}

func (r *repoFlags) signing(f *flag.FlagSet) {
	r.directory(f)
	f.StringVar(&r.online, "online", "", "secret key of the publishing machine (required)")
}

func (r *repoFlags) newest(f *flag.FlagSet) {
	r.signing(f)
	daysVar(f, &r.timestamp, "timestamp-days", 3, "boxes that hear nothing newer for so long call their data stale")
	daysVar(f, &r.fresh, "snapshot-days", 7, "the same for the list of metadata")
}

// repo is the repository with the flags' expiries over the default ones.
func (r *repoFlags) repo() *publish.Repo {
	e := publish.DefaultExpiry()
	for days, into := range map[*int]*time.Duration{&r.timestamp: &e.Timestamp, &r.fresh: &e.Snapshot, &r.root: &e.Root} {
		if *days > 0 {
			*into = time.Duration(*days) * 24 * time.Hour
		}
	}
	if r.stick > 0 {
		e.Timestamp = time.Duration(r.stick) * 24 * time.Hour
		e.Snapshot = e.Timestamp
	}
	return &publish.Repo{Dir: r.dir, Expiry: e}
}

func publishRoot(name string) *cli.Command {
	var r repoFlags
	var trust string
	short := map[string]string{
		"init":   "lập kho / begin a repository: draft its first root",
		"rotate": "đổi khoá / change officers or the online key, or renew the root: draft the next one",
	}
	return &cli.Command{
		Name: name, Short: short[name],
		Examples: []string{"provincectl publish " + name + " --trust keys/province.json --online keys/online.key --repo repo"},
		Flags: func(f *flag.FlagSet) {
			r.signing(f)
			f.StringVar(&trust, "trust", "", "province.json with the officers (required)")
			daysVar(f, &r.root, "root-days", 400, "until when the root is good")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if r.dir == "" || r.online == "" || trust == "" || len(args) > 0 {
				return cli.Usage("publish %s: --trust, --online and --repo are needed, and no arguments", name)
			}
			t, err := snapshot.ReadTrust(trust)
			if err != nil {
				return err
			}
			repo := r.repo()
			begun, err := repo.Begun()
			if err != nil {
				return err
			}
			if begun != (name == "rotate") {
				return cli.Hint(fmt.Errorf("publish %s: the repository has %s", name, map[bool]string{true: "a root already", false: "no root yet"}[begun]), "tạo kho mới: init; đổi khoá của kho: rotate / init begins a repository, rotate changes its keys")
			}
			online, err := keys.OnlineSigner(r.online)
			if err != nil {
				return err
			}
			if err := repo.DraftRoot(t.Snapshot, online.Public().(ed25519.PublicKey)); err != nil {
				return err
			}
			fmt.Fprintf(io.Out, "root of %s drafted in %s\nnext: %d officers sign it: provincectl publish sign --key FILE --repo %s\n", t.Province, r.dir, t.Snapshot.Threshold, r.dir)
			return nil
		},
	}
}

func publishSign() *cli.Command {
	var r repoFlags
	var key string
	return &cli.Command{
		Name: "sign", Short: "ký gốc mới / sign the drafted root with one officer's key",
		Examples: []string{"provincectl publish sign --key officer-1.key --repo repo"},
		Flags: func(f *flag.FlagSet) {
			r.directory(f)
			f.StringVar(&key, "key", "", "the officer's secret key file (required)")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if r.dir == "" || key == "" || len(args) > 0 {
				return cli.Usage("publish sign: --key and --repo are needed, and no arguments")
			}
			officer, err := keys.ReadSigner(key)
			if err != nil {
				return err
			}
			version, holds, err := r.repo().SignRoot(officer)
			if err != nil {
				return err
			}
			fmt.Fprintf(io.Out, "signed root %d with %s\n", version, filepath.Base(key))
			if !holds {
				fmt.Fprintln(io.Out, "next: more officers sign it, of those before as many as of those after")
				return nil
			}
			fmt.Fprintf(io.Out, "root %d is in force\n", version)
			if version > 1 {
				fmt.Fprintln(io.Out, "next: publish a snapshot that officers of this root signed; until then boxes stay with what they have")
			}
			return nil
		},
	}
}

func publishRefresh() *cli.Command {
	var r repoFlags
	return &cli.Command{
		Name: "refresh", Short: "báo bản mới nhất vẫn là bản này / say anew which snapshot is the newest: once a day",
		Examples: []string{"provincectl publish refresh --online keys/online.key --repo repo"},
		Flags:    r.newest,
		Run: func(_ context.Context, _ cli.IO, args []string) error {
			if r.dir == "" || r.online == "" || len(args) > 0 {
				return cli.Usage("publish refresh: --online and --repo are needed, and no arguments")
			}
			online, err := keys.ReadSigner(r.online)
			if err != nil {
				return err
			}
			return r.repo().Refresh(online)
		},
	}
}

func snapshotPublish() *cli.Command {
	var r repoFlags
	var end bool
	return &cli.Command{
		Name: "publish", Short: "đưa một bản đã ký vào kho / put a signed snapshot into the repository",
		Examples: []string{"provincectl snapshot publish --repo repo --online keys/online.key snap"},
		Flags: func(f *flag.FlagSet) {
			r.newest(f)
			f.BoolVar(&end, "end-rollout", false, "to everybody at once, although a rollout is running")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if r.dir == "" || r.online == "" || len(args) != 1 {
				return cli.Usage("snapshot publish: want --repo, --online and one snapshot directory")
			}
			online, err := keys.ReadSigner(r.online)
			if err != nil {
				return err
			}
			repo := r.repo()
			repo.EndRollout = end
			bar := progress.New(io.Err, "bytes", -1)
			repo.Progress = func(done, _ int64) { bar.Set(done) }
			m, err := repo.Publish(args[0], online)
			bar.Done()
			if errors.Is(err, publish.ErrRollout) {
				return cli.Hint(err, "các máy không bị ảnh hưởng gì; lập lại các đợt: provincectl rollout start, thêm --continue thì đi tiếp với bản này; kết thúc: --end-rollout / nothing changed for the boxes; provincectl rollout start plans the stages anew or, with --continue, lets the rollout go on with this snapshot; --end-rollout ends it")
			}
			if errors.Is(err, snapshot.ErrCreated) {
				return cli.Hint(err, "các máy không bị ảnh hưởng gì; chỉnh giờ rồi dựng và ký lại / nothing changed for the boxes; %s, then build and sign the snapshot again", setClock)
			}
			if err != nil {
				return cli.Hint(err, "các máy không bị ảnh hưởng gì / nothing changed for the boxes")
			}
			fmt.Fprintf(io.Out, "snapshot %d of %s is the newest in %s\n", m.Number, m.Province, r.dir)
			return nil
		},
	}
}

func snapshotExport() *cli.Command {
	var r repoFlags
	var stick string
	return &cli.Command{
		Name: "export", Short: "chép bản mới nhất ra USB / copy the newest published snapshot onto a stick",
		Examples: []string{"provincectl snapshot export --repo repo --online keys/online.key --usb /media/usb/checkpoint"},
		Flags: func(f *flag.FlagSet) {
			r.signing(f)
			f.StringVar(&stick, "usb", "", "directory on the stick (required)")
			daysVar(f, &r.stick, "days", 30, "how long the stick is good for")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if r.dir == "" || r.online == "" || stick == "" || len(args) > 0 {
				return cli.Usage("snapshot export: --repo, --online and --usb are needed, and no arguments")
			}
			online, err := keys.ReadSigner(r.online)
			if err != nil {
				return err
			}
			repo := r.repo()
			bar := progress.New(io.Err, "bytes", -1)
			repo.Progress = func(done, _ int64) { bar.Set(done) }
			m, err := repo.Export(stick, online)
			bar.Done()
			if err != nil {
				return err
			}
			fmt.Fprintf(io.Out, "snapshot %d of %s is in %s, good for %d days\nnext: on the box: checkpointctl snapshot load %s\n", m.Number, m.Province, stick, r.stick, stick)
			return nil
		},
	}
}
