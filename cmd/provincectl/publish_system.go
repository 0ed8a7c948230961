package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/progress"
	"checkpoint/store/keys"
	"checkpoint/store/release"
)

// publishSystem is what each officer does with a bundle that was tried.
func publishSystem() *cli.Command {
	var r repoFlags
	var key, version string
	return &cli.Command{
		Name: "system", Short: "ký và đưa ra hệ thống mới cho các máy / sign a bundle of a new system with one officer's key, for all boxes",
		Examples: []string{"provincectl publish system --key officer-1.key --version 1.4.0 --repo repo checkpoint-1.4.0.raucb"},
		Flags: func(f *flag.FlagSet) {
			r.directory(f)
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
			officer, err := keys.ReadSigner(key)
			if err != nil {
				return err
			}
			repo := r.repo()
			bar := progress.New(io.Err, "bytes", -1)
			repo.Progress = func(done, _ int64) { bar.Set(done) }
			holds, err := repo.SignSystem(args[0], v, officer)
			bar.Done()
			if err != nil {
				return cli.Hint(err, "nothing changed for the boxes")
			}
			fmt.Fprintf(io.Out, "signed system %s with %s\n", v, filepath.Base(key))
			if holds {
				fmt.Fprintf(io.Out, "next: boxes are told of it: provincectl publish refresh --online FILE --repo %s\n", r.dir)
			} else {
				fmt.Fprintln(io.Out, "next: more officers sign it, each with the same bundle")
			}
			return nil
		},
	}
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
				return cli.Hint(err, "choose another --out, or keep the keys you have")
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
