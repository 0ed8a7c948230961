//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
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
	"checkpoint/console/control"
	"checkpoint/console/messages"
	"checkpoint/scanner/qr/symbol"
)

func pairCommand() *cli.Command {
	var dir, revoke string
	var list, asJSON, signOff bool
	return &cli.Command{
		Name: "pair", Short: "ghép, liệt kê, gỡ máy bảng / pair, list and revoke tablets on the lane's network",
		Examples: []string{"checkpointctl pair   # mã QR 120 giây / a QR code for 120 s", "checkpointctl pair --list", "checkpointctl pair --revoke K3F7QA", "checkpointctl pair --sign-off   # mọi máy phải nhập PIN lại / every tablet wants a PIN again"},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &dir)
			f.BoolVar(&list, "list", false, "list the tablets that are paired")
			f.BoolVar(&asJSON, "json", false, "with --list: print JSON")
			f.StringVar(&revoke, "revoke", "", "forget the tablet with this id")
			f.BoolVar(&signOff, "sign-off", false, "end the sessions of all tablets, as a hand-over does")
		},
		Run: func(ctx context.Context, std cli.IO, args []string) error {
			client := control.NewClient(findRunDir(dir))
			if len(args) > 0 {
				return cli.Usage("pair: unexpected argument %q", args[0])
			}
			var err error
			switch {
			case list:
				err = listDevices(ctx, std, client, asJSON)
			case revoke != "":
				if err = client.RevokeDevice(ctx, revoke); err == nil {
					fmt.Fprintf(std.Out, "%s: đã gỡ / removed\n", revoke)
				}
			case signOff:
				if err = client.SignOff(ctx); err == nil {
					fmt.Fprintln(std.Out, "Mọi máy bảng đã đăng xuất. / Every tablet is signed off.")
				}
			default:
				err = pairDevice(ctx, std, client)
			}
			if err == nil {
				return nil
			}
			return refusedOr(err, "checkpointctl pair --list; docs/operate.md: Máy bảng / Tablets")
		},
	}
}

func listDevices(ctx context.Context, std cli.IO, client *control.Client, asJSON bool) error {
	d, err := client.Devices(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return json.NewEncoder(std.Out).Encode(d)
	}
	w := tabwriter.NewWriter(std.Out, 0, 0, 2, ' ', 0)
	for _, one := range d.Devices {
		who := messages.Line(messages.SignedOff, messages.English)
		if one.Role != "" {
			who = messages.Role(one.Role, messages.English)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", one.ID, one.Since.In(messages.Zone).Format("2006-01-02"), who, one.Name)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(std.Out, "%s\nSHA-256 %s\n", d.URL, d.Fingerprint)
	return nil
}

// pairDevice offers a code, waits for the device that has it, and asks whether
// it is the one.
func pairDevice(ctx context.Context, std cli.IO, client *control.Client) error {
	d, err := client.BeginPairing(ctx)
	if err != nil {
		return err
	}
	offer(std, d)
	asks, err := awaitDevice(ctx, client)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.Out, "Một máy tự gọi là / a device calls itself “%s”. Máy bảng trong tay có hiện đúng mã này không? / Does the tablet in your hand show this very code?  %s  [y/N] ",
		asks.Offer.Asks.Name, asks.Offer.Asks.ID)
	line, err := bufio.NewReader(std.In).ReadString('\n')
	if err != nil && line == "" {
		return fmt.Errorf("read the answer: %w", err)
	}
	in := strings.HasPrefix(strings.ToLower(strings.TrimSpace(line)), "y")
	if err := client.ConfirmDevice(ctx, control.Confirm{ID: asks.Offer.Asks.ID, In: in}); err != nil {
		return err
	}
	if !in {
		return pairAgain("đã chặn máy đó / that device was turned away")
	}
	fmt.Fprintf(std.Out, "%s: đã ghép / paired, id %s\n", asks.Offer.Asks.Name, asks.Offer.Asks.ID)
	return nil
}

func offer(std cli.IO, d control.Devices) {
	address, code := d.URL+"/pair", d.Offer.Code
	if f, ok := std.Out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		if rows, err := symbol.Write(address + "?code=" + code); err == nil {
			printCode(f, rows)
		}
	}
	fmt.Fprintf(std.Out, "%s   mã / code %s-%s   (120 s)\nSHA-256 %s\n", address, code[:4], code[4:], d.Fingerprint)
}

// printCode draws two rows of modules in a line, dark on light whatever the
// terminal's colours are, with a margin.
func printCode(w io.Writer, rows [][]bool) {
	const margin = 4
	dark := func(x, y int) bool {
		x, y = x-margin, y-margin
		return y >= 0 && y < len(rows) && x >= 0 && x < len(rows) && rows[y][x]
	}
	for y := 0; y < len(rows)+2*margin; y += 2 {
		var line strings.Builder
		for x := range len(rows) + 2*margin {
			switch {
			case dark(x, y) && dark(x, y+1):
				line.WriteString("█")
			case dark(x, y):
				line.WriteString("▀")
			case dark(x, y+1):
				line.WriteString("▄")
			default:
				line.WriteString(" ")
			}
		}
		fmt.Fprintf(w, "\x1b[30;107m%s\x1b[0m\n", line.String())
	}
}

func pairAgain(why string) error {
	return cli.Hint(errors.New(why), "làm lại với mã mới: checkpointctl pair / checkpointctl pair begins again with a new code")
}

// awaitDevice waits until a device has used the code.
func awaitDevice(ctx context.Context, client *control.Client) (control.Devices, error) {
	t := time.NewTicker(300 * time.Millisecond)
	defer t.Stop()
	for {
		d, err := client.Devices(ctx)
		switch {
		case err != nil:
			return d, err
		case d.Offer == nil:
			return d, pairAgain("hết 120 giây, không có máy nào / 120 s are over and no device came")
		case d.Offer.Guessed:
			return d, pairAgain("có ai đoán mã, đã dừng / somebody guessed codes: stopped")
		case d.Offer.Asks != nil:
			return d, nil
		}
		select {
		case <-ctx.Done():
			return d, ctx.Err()
		case <-t.C:
		}
	}
}
