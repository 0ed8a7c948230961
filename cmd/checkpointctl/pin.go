//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"text/tabwriter"

	"checkpoint/cmd/internal/cli"
	"checkpoint/console/control"
	"checkpoint/console/messages"
	"checkpoint/console/pin"
)

func pinCommand() *cli.Command {
	return &cli.Command{
		Name: "pin", Short: "PIN của cán bộ, trưởng ca, kỹ thuật viên / PINs of guards, shift leads and technicians",
		Examples: []string{"checkpointctl pin issue --role guard --holder 'Ca A'", "checkpointctl pin list"},
		Sub:      []*cli.Command{pinIssueCommand(), pinListCommand(), pinRevokeCommand(), pinHashCommand()},
	}
}

func pinIssueCommand() *cli.Command {
	var dir string
	var n control.NewPIN
	return &cli.Command{
		Name: "issue", Short: "cấp PIN 6 số, chỉ hiện một lần / issue a PIN of 6 digits, shown once",
		Examples: []string{"checkpointctl pin issue --role guard --holder 'Ca A'", "checkpointctl pin issue --role lead --holder 'Trưởng ca đêm'", "checkpointctl pin issue --role technician --holder 'Kỹ thuật'"},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &dir)
			f.Func("role", "guard (trả lời / answers), lead (đặc cách, tra nhật ký / overrides, searches the log) or technician (cài đặt, thử máy / settings, self-test)", func(s string) error {
				n.Role = pin.Role(s)
				return nil
			})
			f.StringVar(&n.Holder, "holder", "", "who has it, as the list shows it: a post or a shift rather than a person's name")
		},
		Run: func(ctx context.Context, std cli.IO, args []string) error {
			if len(args) > 0 || !n.Role.Known() || n.Holder == "" {
				return cli.Usage("pin issue: want --role guard, lead or technician, and --holder")
			}
			g, err := control.NewClient(findRunDir(dir)).IssuePIN(ctx, n)
			if err != nil {
				return refusedOr(err, "các PIN đang có: checkpointctl pin list / checkpointctl pin list shows those that are there")
			}
			fmt.Fprintf(std.Out, "%s\n", g.PIN)
			fmt.Fprintf(std.Err, "PIN của / of %s (%s, id %s). Chỉ hiện lần này. / It is shown this once.\n", g.Holder, messages.Role(g.Role, messages.Vietnamese), g.ID)
			return nil
		},
	}
}

func pinListCommand() *cli.Command {
	var dir string
	var asJSON bool
	return &cli.Command{
		Name: "list", Short: "các PIN đã cấp, không hiện PIN / the PINs that were issued, without the PINs",
		Examples: []string{"checkpointctl pin list", "checkpointctl pin list --json"},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &dir)
			f.BoolVar(&asJSON, "json", false, "print JSON")
		},
		Run: func(ctx context.Context, std cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("pin list: unexpected argument %q", args[0])
			}
			all, err := control.NewClient(findRunDir(dir)).PINs(ctx)
			if err != nil {
				return refusedOr(err, "checkpointctl status")
			}
			if asJSON {
				return json.NewEncoder(std.Out).Encode(all)
			}
			w := tabwriter.NewWriter(std.Out, 0, 0, 2, ' ', 0)
			for _, p := range all {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", p.ID, p.Role, p.Since.In(messages.Zone).Format("2006-01-02"), p.Holder)
			}
			return w.Flush()
		},
	}
}

func pinRevokeCommand() *cli.Command {
	var dir string
	return &cli.Command{
		Name: "revoke", Short: "bỏ một PIN / make a PIN worth nothing",
		Examples: []string{"checkpointctl pin revoke K3F7QA"},
		Flags:    func(f *flag.FlagSet) { runFlag(f, &dir) },
		Run: func(ctx context.Context, std cli.IO, args []string) error {
			if len(args) != 1 {
				return cli.Usage("pin revoke: want the id that checkpointctl pin list shows")
			}
			if err := control.NewClient(findRunDir(dir)).RevokePIN(ctx, args[0]); err != nil {
				return refusedOr(err, "checkpointctl pin list")
			}
			fmt.Fprintf(std.Out, "%s: đã bỏ / revoked\n", args[0])
			return nil
		},
	}
}

// refusedOr is what the daemon answered, with the next step, or that there is
// none. What has its next step already is left alone.
func refusedOr(err error, next string) error {
	if said := new(cli.Error); errors.As(err, &said) {
		return err
	}
	if refused := new(control.Refusal); errors.As(err, &refused) {
		return cli.Hint(err, "%s", next)
	}
	return notRunning(err)
}

func pinHashCommand() *cli.Command {
	return &cli.Command{
		Name: "hash", Short: "mã băm của PIN tự chọn, cho lead_pins / the hash of a PIN of your own, for lead_pins in the configuration",
		Examples: []string{"checkpointctl pin hash"},
		Run: func(_ context.Context, std cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("pin hash: unexpected argument: the PIN is asked for, never given on the command line")
			}
			secrets := newSecrets(std)
			code, err := secrets.ask("PIN: ")
			if err != nil {
				return err
			}
			if secrets.hidden {
				again, err := secrets.ask("PIN, lần nữa / once more: ")
				if err != nil {
					return err
				}
				if again != code {
					return errors.New("the two are not the same")
				}
			}
			hash, err := pin.Hash(code)
			if err != nil {
				return err
			}
			fmt.Fprintf(std.Out, "%q\n", hash)
			return nil
		},
	}
}
