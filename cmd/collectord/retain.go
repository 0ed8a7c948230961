package main

import (
	"context"
	"flag"
	"fmt"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/collector/view"
)

func retainCommand() *cli.Command {
	var file string
	var keep int
	return &cli.Command{
		Name: "retain", Short: "xoá hẳn dữ liệu người sau N ngày, giữ số đếm / remove people after N days for good, keep the counts; once a day",
		Examples: []string{"sudo -u checkpoint_open collectord retain --keep 30"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&file, "config", defaultConfig, "tệp cấu hình, phần [open] / configuration file, its part [open]")
			f.IntVar(&keep, "keep", 30, "giữ bao nhiêu ngày trước hôm nay / how many days before today are kept")
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if keep < 1 || len(args) > 0 {
				return cli.Usage("collectord retain: --keep ít nhất là 1, không có gì sau đó / --keep is at least 1, and no arguments")
			}
			c, err := readConfig(file, (*config).forRetain)
			if err != nil {
				return err
			}
			keys, err := daykeys.Open(c.Open.DayKeys)
			if err != nil {
				return err
			}
			r, err := view.Retain(ctx, c.Open.Database, keys, postgres.DayOf(time.Now()), keep)
			if err != nil {
				return cli.Hint(err, "chạy lại với quyền checkpoint_open / run it again, as checkpoint_open: it goes on where it stopped")
			}
			fmt.Fprintf(io.Out, "giữ từ / kept from %s: %d khoá huỷ / keys destroyed, %d bảng ngày bỏ / days' tables dropped, %d dòng lạc / stray rows removed\n",
				r.First.Format(time.DateOnly), r.Keys, r.Days, r.Rows)
			return nil
		},
	}
}
