// Command provincectl is the province's tool: it makes keys, builds, signs and
// inspects snapshots, tests policies and invents sample provinces.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"checkpoint/cmd/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Main(ctx, command(), cli.IO{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}, os.Args[1:])
	stop()
	os.Exit(code)
}

func command() *cli.Command {
	return &cli.Command{
		Name:  "provincectl",
		Short: "công cụ của tỉnh: khoá, dữ liệu, quy định / the province's keys, snapshots and policies",
		Examples: []string{
			"provincectl sample --people 10000 --seed 7 --out sample",
			"provincectl keys init --province mau --out keys",
			"provincectl snapshot build --people sample/people.csv --doses sample/doses.csv --keys keys --number 1 --out snap",
			"provincectl snapshot sign --key keys/officer-1.key snap",
		},
		Sub: []*cli.Command{keysCommand(), sampleCommand(), snapshotCommand(), policyCommand()},
	}
}
