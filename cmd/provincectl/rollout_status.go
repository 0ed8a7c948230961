package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/stages"
)

func rolloutStatus() *cli.Command {
	var r repoFlags
	return &cli.Command{
		Name: "status", Short: "bản mới đang ra đến đâu / how the newest snapshot and system go out",
		Examples: []string{"provincectl rollout status --repo repo"},
		Flags:    r.directory,
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if r.dir == "" || len(args) > 0 {
				return cli.Usage("rollout status: --repo is needed, and no arguments")
			}
			repo, data, err := r.published()
			if err != nil {
				return err
			}
			system, err := repo.SystemRollout()
			if err != nil {
				return err
			}
			now := time.Now()
			fmt.Fprintf(io.Out, "dữ liệu / snapshot %d, %s\n", data.Snapshot, data.Province)
			printHow(io.Out, data.Plan, data.Paused, now)
			if !system.Holds {
				fmt.Fprintln(io.Out, "chưa đưa ra hệ thống nào / no system is offered")
				return nil
			}
			fmt.Fprintf(io.Out, "hệ thống / system %s\n", system.Version)
			printHow(io.Out, system.Plan, system.Paused, now)
			return nil
		},
	}
}

// printHow says how far a plan has come; nil: it has none.
func printHow(w io.Writer, p *stages.Plan, paused bool, now time.Time) {
	if p == nil {
		fmt.Fprintln(w, "  mọi máy cùng lúc / to all boxes at once")
		return
	}
	printTable(w, *p, nil)
	switch begun := p.Begun(now); {
	case paused && now.Before(p.PauseUntil):
		fmt.Fprintln(w, "  ĐANG TẠM DỪNG: máy chưa có thì chờ / PAUSED: boxes that do not have it yet stay without it")
	case begun == 0:
		fmt.Fprintln(w, "  chưa đợt nào bắt đầu / no stage has begun")
	case begun == len(p.Stages):
		fmt.Fprintln(w, "  mọi đợt đã bắt đầu / every stage has begun")
	default:
		fmt.Fprintf(w, "  đợt %d trên %d đã bắt đầu / stage %d of %d has begun\n", begun, len(p.Stages), begun, len(p.Stages))
	}
}
