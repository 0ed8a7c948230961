//go:build linux

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
)

func configCommand() *cli.Command {
	return &cli.Command{
		Name: "config", Short: "cấu hình của máy / the box's configuration",
		Examples: []string{"sudo checkpointctl config check"},
		Sub:      []*cli.Command{configCheck()},
	}
}

func configCheck() *cli.Command {
	var path string
	return &cli.Command{
		Name: "check", Short: "kiểm tra cấu hình, nêu mọi lỗi một lần / check it and the files that it names: every fault at once",
		Examples: []string{"sudo checkpointctl config check", "checkpointctl config check --config checkpoint.toml"},
		Flags:    func(f *flag.FlagSet) { f.StringVar(&path, "config", config.DefaultPath, "configuration file") },
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("config check: unexpected argument %q", args[0])
			}
			err := config.Check(path)
			switch {
			case errors.Is(err, fs.ErrNotExist):
				return &cli.Error{Err: err, Code: cli.NotConfigured, Hint: "checkpointctl enrol viết tệp này; docs/checkpoint.toml giải thích từng dòng / checkpointctl enrol writes one; docs/checkpoint.toml shows every key"}
			case err != nil:
				return cli.Hint(err, "docs/checkpoint.toml giải thích từng dòng / docs/checkpoint.toml shows every key")
			}
			fmt.Fprintf(io.Out, "%s: ok\n", path)
			return nil
		},
	}
}
