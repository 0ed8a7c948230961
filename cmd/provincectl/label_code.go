package main

import (
	"context"
	"flag"
	"fmt"

	"checkpoint/cmd/internal/cli"
	"checkpoint/console/doctor"
	"checkpoint/store/build/print"
)

// labelTest makes the code that scanners are tried with.
func labelTest() *cli.Command {
	var out string
	return &cli.Command{
		Name: "test", Short: "mã thử máy quét / the code that scanners are tried with: checkpointctl doctor --scan",
		Examples: []string{"provincectl label test --out test-code"},
		Flags:    func(f *flag.FlagSet) { f.StringVar(&out, "out", "test-code", "files OUT.svg, OUT.pdf") },
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("label test: unexpected argument %q", args[0])
			}
			code, err := print.For(doctor.TestCode, testSide, print.HandDistance)
			if err != nil {
				return err
			}
			label := &print.Label{Code: code, Side: testSide, Title: "Mã thử / Test code", Lines: []string{"checkpointctl doctor --scan", "Không phải của ai / Nobody's"}}
			if err := writeLabel(out, label, "svg,pdf", public); err != nil {
				return err
			}
			fmt.Fprintf(io.Out, "%s (svg,pdf)\n", out)
			return nil
		},
	}
}

// testSide is the width of the test code in millimetres: a little more than a
// card's.
const testSide = 60
