// Command provincectl is the province's tool: it makes keys, checks what the
// province feeds in, builds, compares, signs, publishes and inspects snapshots,
// tests and explains policies, issues mobility declarations, prints labels, lists
// whom a site still has to send to be vaccinated or given a card, and invents
// sample provinces.
package main

import (
	"os"

	"checkpoint/cmd/internal/cli"
)

func main() { os.Exit(cli.Process(command(slow))) }

// command is the tool; work is what a guess of a passphrase costs (see [slow]).
func command(work int) *cli.Command {
	return &cli.Command{
		Name:  "provincectl",
		Short: "công cụ của tỉnh: khoá, dữ liệu, quy định / the province's keys, snapshots and policies",
		Examples: []string{
			"provincectl sample --people 10000 --seed 7 --out sample",
			"provincectl keys init --province mau --out keys",
			"provincectl people check sample/*.csv",
			"provincectl snapshot build --people sample/people.csv --doses sample/doses.csv --keys keys --number 1 --out snap",
			"provincectl snapshot sign --key keys/officer-1.key snap",
		},
		Sub: []*cli.Command{keysCommand(work), sampleCommand(), peopleCommand(), snapshotCommand(), publishCommand(), rolloutCommand(), policyCommand(), trustCommand(), declarationCommand(), labelCommand(), siteCommand(), caCommand(), boxCommand(), cli.Completion(func() *cli.Command { return command(work) }, "provincectl")},
	}
}
