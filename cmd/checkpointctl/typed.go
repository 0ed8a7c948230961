//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"checkpoint/cmd/internal/cli"
	"checkpoint/console/control"
)

func typeCommand() *cli.Command {
	var dir string
	var body control.Type
	return &cli.Command{
		Name: "type", Short: "gõ số giấy tờ thay cho quét / look a typed number up, as the page's pad does",
		Examples: []string{"checkpointctl type", "printf '036192004512\\n15/08/1992\\n' | checkpointctl type --lane 2"},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &dir)
			f.StringVar(&body.Lane, "lane", "", "lane (needed where there is more than one)")
			f.BoolVar(&body.Passport, "passport", false, "the number is that of a passport")
		},
		Run: func(ctx context.Context, std cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("type: unexpected argument: number and birth date are asked for, never given on the command line")
			}
			in := bufio.NewReader(std.In)
			var err error
			if body.Number, err = askLine(in, std.Err, "Số / number: "); err != nil {
				return err
			}
			if body.Birth, err = askLine(in, std.Err, "Ngày sinh / birth date (DD/MM/YYYY): "); err != nil {
				return err
			}
			client := control.NewClient(findRunDir(dir))
			return decided(ctx, std, client, func() error {
				err := client.Type(ctx, body)
				if refused := new(control.Refusal); err != nil && !errors.As(err, &refused) {
					return notRunning(err)
				}
				return cli.Hint(err, "12 số là CCCD, 9 số là CMND cũ, giấy khác dùng --passport; ngày hoặc tháng không ghi trên giấy thì gõ 00 / 12 digits are a CCCD, 9 an old CMND, for others --passport; 00 for a day or month that the paper does not give")
			})
		},
	}
}

func askLine(in *bufio.Reader, prompt io.Writer, what string) (string, error) {
	fmt.Fprint(prompt, what)
	line, err := in.ReadString('\n')
	if err != nil && line == "" {
		return "", fmt.Errorf("read number and birth date: %w", err)
	}
	return strings.TrimSpace(line), nil
}
