package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/progress"
	"checkpoint/store/keys"
	"checkpoint/store/release"
	"checkpoint/store/stages"
)

// publishSystem is what each officer does with a bundle that was tried.
func publishSystem() *cli.Command {
	var r repoFlags
	var p planFlags
	var key, version string
	return &cli.Command{
		Name: "system", Short: "ký và đưa ra hệ thống mới cho các máy / sign a bundle of a new system with one officer's key, for all boxes or by stages",
		Examples: []string{
			"provincectl publish system --key officer-1.key --version 1.4.0 --repo repo --canary hoan-kiem-01 --stages 5%,25%,100% checkpoint-1.4.0.raucb",
			"provincectl publish system --key officer-2.key --version 1.4.0 --repo repo checkpoint-1.4.0.raucb   # the stages that the first officer signed",
			"provincectl rollout pause --system --repo repo --online keys/online.key",
		},
		Flags: func(f *flag.FlagSet) {
			r.directory(f)
			p.add(f, "", 24*time.Hour)
			f.StringVar(&key, "key", "", "the officer's secret key file (required)")
			f.StringVar(&version, "version", "", "the bundle's version, as rauc info says it (required)")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if r.dir == "" || key == "" || version == "" || len(args) != 1 {
				return cli.Usage("publish system: want --key, --version, --repo and one bundle")
			}
			v, err := release.Parse(version)
			if err != nil {
				return cli.Usage("publish system: --version: %v", err)
			}
			planned, err := p.system()
			if err != nil {
				return err
			}
			officer, err := keys.ReadSigner(key)
			if err != nil {
				return err
			}
			repo := r.repo()
			bar := progress.New(io.Err, "bytes", -1)
			repo.Progress = func(done, _ int64) { bar.Set(done) }
			offer, err := repo.SignSystem(args[0], v, planned, officer)
			bar.Done()
			if err != nil {
				return cli.Hint(err, "các máy không bị ảnh hưởng gì / nothing changed for the boxes")
			}
			fmt.Fprintf(io.Out, "signed system %s with %s\n", v, filepath.Base(key))
			printStages(io.Out, offer.Plan)
			if offer.Holds {
				fmt.Fprintf(io.Out, "next: boxes are told of it: provincectl publish refresh --online FILE --repo %s\n", r.dir)
			} else {
				fmt.Fprintln(io.Out, "next: more officers sign it, each with the same bundle")
			}
			return nil
		},
	}
}

// system reads the stages of a system; nil: none are asked for.
func (p *planFlags) system() (*stages.Options, error) {
	const command = "publish system"
	if p.stages == "" {
		if p.canary+p.begin != "" {
			return nil, cli.Usage(command + ": --canary and --begin want --stages")
		}
		return nil, nil
	}
	o, err := p.options(command)
	if err != nil {
		return nil, err
	}
	plan, err := stages.New(1, o) // the number is the repository's to give
	if err != nil {
		return nil, cli.Usage(command+": %w", err)
	}
	return &o, p.past(command, plan)
}

// printStages shows what an officer signs of a system's rollout.
func printStages(w io.Writer, plan *stages.Plan) {
	if plan == nil {
		fmt.Fprintln(w, "all boxes take it at once (--stages 5%,25%,100% has them take it by and by)")
		return
	}
	printTable(cli.Plain(w), *plan, nil)
}

func keysSystem() *cli.Command {
	var out, province string
	return &cli.Command{
		Name: "system", Short: "tạo khoá ký hệ thống / make the keys that sign systems of boxes, once",
		Examples: []string{"provincectl keys system --province mau --out system-keys"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&province, "province", "", "id of the province, for the certificates' names (required)")
			f.StringVar(&out, "out", "system-keys", "directory for them; must not hold any yet")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if province == "" || len(args) > 0 {
				return cli.Usage("keys system: --province is needed, and no arguments")
			}
			if err := keys.InitSystem(out, province); err != nil {
				return cli.Hint(err, "chọn --out khác, hoặc giữ khoá đang có / choose another --out, or keep the keys you have")
			}
			fmt.Fprintf(io.Out, "keys of systems in %s:\n", out)
			fmt.Fprintf(io.Out, "  %-15s public, goes into the image: UPDATE_KEYRING=%s make image\n", keys.SystemKeyringFile, filepath.Join(out, keys.SystemKeyringFile))
			fmt.Fprintf(io.Out, "  %-15s secret, makes signers: into a safe\n", keys.SystemAuthorityFile)
			fmt.Fprintf(io.Out, "  %-15s secret, signs bundles: UPDATE_KEYS=%s make bundle\n", keys.SystemKeyFile, out)
			fmt.Fprintf(io.Out, "  %-15s its certificate, goes into each bundle\n", keys.SystemSignerFile)
			return nil
		},
	}
}
