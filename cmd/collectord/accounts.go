package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build/input"
	"checkpoint/store/durable"
	"checkpoint/sync/collector/office"
)

func accountCommand() *cli.Command {
	return &cli.Command{
		Name: "account", Short: "tài khoản xem các trang của tỉnh / accounts for the province's pages",
		Examples: []string{
			"sudo -u checkpoint_view collectord account add an.y-te --roles 'trace lists' --scope all",
			"sudo -u checkpoint_view collectord account import xa.csv --out first-passwords.csv",
		},
		Sub: []*cli.Command{addAccountCommand(), listAccountsCommand(), passwordCommand(), disableCommand(), importAccountsCommand()},
	}
}

// onOffice is a command with so many arguments that uses accounts or the log.
func onOffice(name, short, example string, arguments int, more func(*flag.FlagSet), do func(context.Context, cli.IO, *office.Office, []string) error) *cli.Command {
	var file string
	return &cli.Command{
		Name: name, Short: short, Examples: []string{example},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&file, "config", defaultConfig, "tệp cấu hình / configuration file")
			if more != nil {
				more(f)
			}
		},
		Run: func(ctx context.Context, io cli.IO, args []string) error {
			if len(args) != arguments {
				return cli.Usage("%[1]s: cần %[2]d tham số / want %[2]d arguments", name, arguments)
			}
			c, err := readConfig(file, (*config).forAccounts)
			if err != nil {
				return err
			}
			o, err := c.openOffice(ctx)
			if err != nil {
				return err
			}
			defer o.Close()
			return do(ctx, io, o, args)
		},
	}
}

func addAccountCommand() *cli.Command {
	var roles, scope, language string
	return onOffice("add", "thêm tài khoản, in mật khẩu đầu / add an account and print its first password, once",
		"collectord account add an.y-te --roles 'trace lists' --scope all", 1,
		func(f *flag.FlagSet) {
			f.StringVar(&roles, "roles", "", "lists, reports, trace, approve, sites, remind, fleet, rights, admin")
			f.StringVar(&scope, "scope", "", "all; commune:MÃ; district:TÊN; site:MÃ – dấu ; ở giữa / separated by ;")
			f.StringVar(&language, "language", "vi", "vi, en")
		},
		func(ctx context.Context, io cli.IO, o *office.Office, args []string) error {
			a := office.Account{Name: args[0], Roles: office.ParseRoles(roles), Scopes: office.ParseScopes(scope), Language: language}
			password := office.NewPassword()
			err := o.AddAccount(ctx, machineUser(), a, password)
			if errors.Is(err, office.ErrAccount) {
				return &cli.Error{Err: err, Code: cli.BadArguments, Hint: "xem cách dùng / see: --help"}
			}
			if err != nil {
				return err
			}
			fmt.Fprintln(io.Out, password)
			return nil
		})
}

func listAccountsCommand() *cli.Command {
	return onOffice("list", "mọi tài khoản / all accounts", "collectord account list", 0, nil,
		func(ctx context.Context, io cli.IO, o *office.Office, _ []string) error {
			all, err := o.Accounts(ctx)
			if err != nil {
				return err
			}
			table := tabwriter.NewWriter(cli.Plain(io.Out), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "tên\tvai trò\tphạm vi\ttạo ngày\ttrạng thái")
			fmt.Fprintln(table, "name\troles\tscope\tcreated\tstate")
			for _, a := range all {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", a.Name, roleList(a.Roles), strings.Join(a.Scopes, ";"), a.Created.Format(time.DateOnly), state(a))
			}
			return table.Flush()
		})
}

func roleList(all []office.Role) string {
	var names []string
	for _, r := range all {
		names = append(names, string(r))
	}
	return strings.Join(names, " ")
}

func state(a office.Account) string {
	switch {
	case a.Disabled:
		return "khoá / disabled"
	case !a.Password:
		return "chưa có mật khẩu / no password"
	}
	return ""
}

func passwordCommand() *cli.Command {
	var own bool
	return onOffice("password", "đặt mật khẩu mới, kết thúc các phiên / set a new password, and end the sessions: a random one is printed, once",
		"collectord account password an.y-te", 1,
		func(f *flag.FlagSet) {
			f.BoolVar(&own, "typed", false, "mật khẩu từ đầu vào / the password comes on standard input")
		},
		func(ctx context.Context, io cli.IO, o *office.Office, args []string) error {
			password := office.NewPassword()
			if own {
				var err error
				if password, err = typedSecret(io, "Mật khẩu / password: "); err != nil {
					return err
				}
			}
			if err := o.SetPassword(ctx, machineUser(), args[0], password); err != nil {
				return err
			}
			if !own {
				fmt.Fprintln(io.Out, password)
			}
			return nil
		})
}

// typedSecret reads a line that nobody else should see.
func typedSecret(std cli.IO, prompt string) (string, error) {
	if stdin := int(os.Stdin.Fd()); term.IsTerminal(stdin) {
		fmt.Fprint(std.Err, prompt)
		defer fmt.Fprintln(std.Err)
		text, err := term.ReadPassword(stdin)
		return string(text), err
	}
	line, err := bufio.NewReader(std.In).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if line = strings.TrimRight(line, "\r\n"); line == "" {
		return "", cli.Usage("đầu vào không có mật khẩu / no password on standard input")
	}
	return line, nil
}

func disableCommand() *cli.Command {
	var again bool
	return onOffice("disable", "khoá tài khoản, kết thúc các phiên / let it log in no more, and end its sessions; the log names it, so none is removed",
		"collectord account disable an.y-te", 1,
		func(f *flag.FlagSet) { f.BoolVar(&again, "undo", false, "mở lại / let it log in again") },
		func(ctx context.Context, _ cli.IO, o *office.Office, args []string) error {
			return o.Disable(ctx, machineUser(), args[0], !again)
		})
}

func importAccountsCommand() *cli.Command {
	var out string
	return onOffice("import", "tài khoản chỉ xem từ tệp / accounts that read, from a CSV file: name, scope; roles (lists reports sites fleet), language",
		"collectord account import xa.csv --out first-passwords.csv", 1,
		func(f *flag.FlagSet) {
			f.StringVar(&out, "out", "", "ghi mật khẩu đầu vào tệp, chỉ chủ đọc được / file for the first passwords, readable for its owner alone; needed")
		},
		func(ctx context.Context, io cli.IO, o *office.Office, args []string) error {
			if out == "" {
				return cli.Usage("cần --out: mật khẩu đầu chỉ cho biết một lần / --out is needed: the first passwords are told once")
			}
			src, err := input.Open(args[0])
			if err != nil {
				return err
			}
			defer src.Close()
			// A file that cannot be written is found before the passwords are lost, and
			// one that is there holds others'.
			f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
			if err != nil {
				return err
			}
			_ = f.Close() // nothing was written yet
			made, changed, err := o.ImportAccounts(ctx, machineUser(), src)
			if err != nil {
				_ = os.Remove(out)
				return cli.Hint(fmt.Errorf("%s: %w", args[0], err), "không có gì thay đổi / nothing was changed")
			}
			if err := durable.Replace(out, passwordFile(made), 0o600); err != nil {
				return err
			}
			fmt.Fprintf(io.Out, "%d mới / made, %d đổi / changed: %s\n", len(made), changed, out)
			return nil
		})
}

func passwordFile(made []office.Made) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.Write([]string{"name", "password"}) // into memory
	for _, m := range made {
		_ = w.Write([]string{m.Name, m.Password})
	}
	w.Flush()
	return b.Bytes()
}
