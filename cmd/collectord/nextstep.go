package main

import (
	"context"
	"errors"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"

	"checkpoint/cmd/internal/cli"
)

// guided has a command and all below it tell the next step where the database or a
// port is in the way, which no command by itself knows anything of.
func guided(c *cli.Command) *cli.Command {
	for _, sub := range c.Sub {
		guided(sub)
	}
	if run := c.Run; run != nil {
		c.Run = func(ctx context.Context, io cli.IO, args []string) error { return nextStep(run(ctx, io, args)) }
	}
	return c
}

// insufficientPrivilege is what PostgreSQL calls it.
const insufficientPrivilege = "42501"

func nextStep(err error) error {
	var told *cli.Error
	var away *pgconn.ConnectError
	var refused *pgconn.PgError
	switch {
	case errors.As(err, &told):
		return err
	case errors.As(err, &away):
		return cli.Hint(err, "cơ sở dữ liệu không trả lời, hoặc không nhận người dùng này / the database does not answer, or does not take this user: systemctl status postgresql; docs/collector.md, Roles")
	case errors.As(err, &refused) && refused.Code == insufficientPrivilege:
		return cli.Hint(err, "chạy bằng người dùng của việc này / run it as the user for this: sudo -u checkpoint_view …; docs/collector.md, Roles")
	case errors.Is(err, syscall.EADDRINUSE):
		return cli.Hint(err, "cổng đang có chương trình khác dùng / another program has the port: ss -ltnp")
	}
	return err
}
