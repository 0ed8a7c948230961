package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/enrol/office"
)

// followPace is how often the register is looked at, and after a failure.
const followPace = 5 * time.Second

// registerBoxes brings the office's register into the database.
type registerBoxes struct {
	database, dir string
	written       []byte // what the database has, as JSON
}

func boxesCommand() *cli.Command {
	var r registerBoxes
	var follow bool
	const example = "collectord boxes import --database 'postgres:///checkpoint?host=/run/postgresql&user=checkpoint_boxes' office"
	return &cli.Command{
		Name: "boxes", Short: "các máy trong sổ của tỉnh / the office's register of boxes: keys, sites, lanes, states",
		Examples: []string{example},
		Sub: []*cli.Command{{
			Name: "import", Short: "đưa sổ máy vào cơ sở dữ liệu / bring the register's boxes into the database; again after each change, or --follow",
			Examples: []string{example, "collectord boxes import --follow --database 'postgres:///checkpoint?host=/run/postgresql&user=checkpoint_boxes' office"},
			Flags: func(f *flag.FlagSet) {
				f.StringVar(&r.database, "database", "", "cơ sở dữ liệu / database")
				f.BoolVar(&follow, "follow", false, "chạy tiếp, cập nhật mỗi khi sổ thay đổi / go on, and bring each change within seconds")
			},
			Run: func(ctx context.Context, io cli.IO, args []string) error {
				if r.database == "" || len(args) != 1 {
					return cli.Usage("collectord boxes import: cần --database và thư mục sổ máy (của provincectl box, thường là office) / --database and the register's directory (of provincectl box, usually office) are needed")
				}
				r.dir = args[0]
				if follow {
					r.follow(ctx, slog.New(slog.NewTextHandler(io.Err, nil)))
					return nil
				}
				all, changed, err := r.bring(ctx)
				if err == nil {
					fmt.Fprintf(io.Out, "%d máy / boxes, %d thay đổi / changed\n", all, changed)
				}
				return err
			},
		}},
	}
}

// follow brings every change until ctx ends. What fails is tried again.
func (r *registerBoxes) follow(ctx context.Context, log *slog.Logger) {
	for ctx.Err() == nil {
		all, changed, err := r.bring(ctx)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			log.Warn("register not brought", "error", err)
		case changed > 0:
			log.Info("register brought", "boxes", all, "changed", changed)
		}
		select {
		case <-ctx.Done():
		case <-time.After(followPace):
		}
	}
}

// bring writes the register into the database, if it is another one than before.
func (r *registerBoxes) bring(ctx context.Context) (all, changed int, err error) {
	if _, err := os.Stat(r.dir); err != nil { // a register that is not there has no boxes either
		return 0, 0, fmt.Errorf("read register: %w", err)
	}
	list, err := office.Register{Dir: r.dir}.Boxes()
	if err != nil {
		return 0, 0, err
	}
	if len(list) == 0 {
		return 0, 0, cli.Hint(errors.New(r.dir+": không có máy nào / no box in it"), "thư mục của provincectl box / the directory that provincectl box works in")
	}
	boxes := make([]postgres.Box, len(list))
	for i, b := range list {
		boxes[i] = asStored(b)
	}
	text, err := json.Marshal(boxes)
	if err != nil || bytes.Equal(text, r.written) {
		return len(boxes), 0, err
	}
	if changed, err = postgres.SetBoxes(ctx, r.database, boxes); err == nil {
		r.written = text
	}
	return len(boxes), changed, err
}

func asStored(b office.Box) postgres.Box {
	s := postgres.Box{ID: b.ID, Site: b.Site, SiteType: b.SiteType, State: string(b.State), Key: b.Key}
	for _, f := range b.Former {
		s.Former = append(s.Former, f.Key)
	}
	for _, l := range b.Lanes {
		s.Lanes = append(s.Lanes, postgres.Lane{Name: l.Name, Direction: l.Direction})
	}
	return s
}
