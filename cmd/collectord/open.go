package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/keys"
	"checkpoint/sync/collector"
	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/postgres"
)

func openCommand() *cli.Command {
	var d daemonFlags
	return &cli.Command{
		Name: "open", Short: "mở các bản ghi đã nhận, bằng khoá của tỉnh / open what was received, with the province's key",
		Examples: []string{"collectord open", "collectord open --config collector.toml --check"},
		Flags:    d.add,
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return tooMuch(args)
			}
			c, err := readConfig(d.config, (*config).forOpen)
			if err != nil {
				return err
			}
			if d.check {
				fmt.Fprintf(io.Out, "%s: ok\n", d.config)
				return nil
			}
			return c.open(ctx, slog.New(slog.NewTextHandler(io.Err, nil)))
		},
	}
}

func (c *config) open(ctx context.Context, log *slog.Logger) error {
	key, err := keys.ReadRecords(c.Open.RecordsKey)
	if err != nil {
		return err
	}
	days, err := daykeys.Open(c.Open.DayKeys)
	if err != nil {
		return err
	}
	opening := &postgres.Opening{URL: c.Open.Database, Province: c.Province, Opener: &collector.KeyOpener{Key: key}, Days: days, Log: log}
	stop, err := serveHealth(c.Open.Health, log, func(w http.ResponseWriter, metrics bool) {
		if metrics {
			openMetrics(w, opening.Stats())
		} else {
			openPage(w, opening.Stats())
		}
	})
	if err != nil {
		return err
	}
	defer stop()
	opening.Run(ctx)
	return nil
}
