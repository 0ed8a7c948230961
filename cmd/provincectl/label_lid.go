package main

import (
	"context"
	"flag"
	"fmt"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build/print"
	"checkpoint/store/durable"
)

func labelLid() *cli.Command {
	var lid print.Lid
	var out string
	return &cli.Command{
		Name: "lid", Short: "tờ dán trong nắp máy / the card for inside a box's lid, A5",
		Examples: []string{"provincectl label lid --box cho-binh-tay-1 --site \"Chợ Bình Tây, cổng 1\" --hotline \"024 0000 0113\" --out lid"},
		Flags: func(f *flag.FlagSet) {
			f.StringVar(&lid.Box, "box", "", "id of the box; empty: a line to write on")
			f.StringVar(&lid.Site, "site", "", "the place")
			f.StringVar(&lid.Hotline, "hotline", "", "the technician's number")
			f.StringVar(&out, "out", "lid", "file OUT.pdf")
		},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("label lid: unexpected argument %q", args[0])
			}
			pdf, err := lid.PDF()
			if err != nil {
				return err
			}
			fmt.Fprintf(io.Out, "%s.pdf: in 100%%, dán trong nắp / print at 100 %%, glue it inside the lid\n", out)
			return durable.Replace(out+".pdf", pdf, 0o644)
		},
	}
}
