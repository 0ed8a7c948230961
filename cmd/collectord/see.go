package main

import (
	"context"
	"errors"
	"flag"
	"strconv"
	"strings"

	"checkpoint/cmd/internal/cli"
	"checkpoint/sync/collector/office"
	"checkpoint/sync/collector/view"
)

// asWho has do act for an account whose password comes on standard input.
func asWho(ctx context.Context, io cli.IO, o *office.Office, account string, do func(office.Account) error) error {
	password, err := typedSecret(io, "Mật khẩu / password: ")
	if err != nil {
		return err
	}
	s, err := o.LogIn(ctx, account, password, "collectord second")
	if err != nil {
		return err
	}
	return errors.Join(do(s.Account), o.LogOut(ctx, s.Token))
}

// seeCommand shows what a correction would change to whoever is to approve it.
func seeCommand() *cli.Command {
	var account string
	return onViewBy((*config).forOffice, "see", "xem điều sẽ sửa, trước khi duyệt / see what a correction would change, which has to be before it is approved; the account's password on standard input",
		"collectord second see 7 --account binh.y-te", 1,
		func(f *flag.FlagSet) {
			f.StringVar(&account, "account", "", "tài khoản sẽ trả lời / account that is to answer")
		},
		func(ctx context.Context, io cli.IO, c *config, v *view.View, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil || strings.TrimSpace(account) == "" {
				return cli.Usage("collectord second see: cần số của yêu cầu, và --account / want the number of a request, and --account")
			}
			o, err := c.openOffice(ctx)
			if err != nil {
				return err
			}
			defer o.Close()
			return asWho(ctx, io, o, account, func(who office.Account) error { return see(ctx, io, o, v, who, id) })
		})
}

func see(ctx context.Context, io cli.IO, o *office.Office, v *view.View, who office.Account, id int64) error {
	change, err := o.See(ctx, who, id, v)
	if err != nil {
		return err
	}
	table, err := v.ChangeTable(ctx, change, who.Language)
	if err != nil {
		return err
	}
	return table.Text(cli.Plain(io.Out), who.Language)
}
