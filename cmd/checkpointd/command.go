package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
)

type options struct {
	config   string
	check    bool
	terminal bool
	trace    string
	wiring   string
}

func command() *cli.Command {
	var o options
	return &cli.Command{
		Name: "checkpointd", Short: "chương trình của máy kiểm soát / the daemon of a checkpoint box",
		Examples: []string{"checkpointd", "checkpointd --config checkpoint.toml --check"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&o.config, "config", config.DefaultPath, "configuration file")
			f.BoolVar(&o.check, "check", false, "check the configuration, list every fault, and end")
			f.BoolVar(&o.terminal, "terminal", false, "print what each lane does, for people who try the box out")
			f.StringVar(&o.wiring, "wiring", "", "without a configuration that holds, say so on the lamps of this wiring: "+standardWiring+" (docs/install.md); empty: on none")
			f.StringVar(&o.trace, "trace", "", "file that gets a line for every edge of a gate's pins: time, pin, level, lane (benchmarks)")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("checkpointd: unexpected argument %q", args[0])
			}
			if o.wiring != "" && o.wiring != standardWiring {
				return cli.Usage("checkpointd: unknown wiring %q: want %s", o.wiring, standardWiring)
			}
			if o.check {
				return check(io, o.config, config.Check(o.config))
			}
			c, err := config.Read(o.config)
			log := slog.New(slog.NewTextHandler(io.Err, nil))
			if err != nil {
				return outOfService(ctx, log, err, o)
			}
			return serve(ctx, log, io, c, o)
		},
	}
}

func check(io cli.IO, path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return &cli.Error{Err: err, Code: cli.NotConfigured, Hint: "chép docs/checkpoint.toml vào đó rồi điền / copy docs/checkpoint.toml there and fill it in"}
	}
	if err != nil {
		return &cli.Error{Err: err, Code: cli.Failed, Hint: "docs/checkpoint.toml giải thích từng dòng / docs/checkpoint.toml shows every key"}
	}
	fmt.Fprintf(io.Out, "%s: ok\n", path)
	return nil
}
