// Command collectord is the province's end of the boxes' uplink: it receives
// sealed records into PostgreSQL, opens them in a process of its own, brings the
// database to its layout, takes in the province's own people, serves the pages
// that its offices open, keeps their accounts and the log of who looked at whom,
// and tells how it fares.
package main

import (
	"os"

	"checkpoint/cmd/internal/cli"
)

func main() { os.Exit(cli.Process(command())) }

func command() *cli.Command {
	return guided(&cli.Command{
		Name:  "collectord",
		Short: "máy chủ nhận dữ liệu của tỉnh / receives and opens the province's records",
		Examples: []string{
			"collectord migrate --roles | sudo -u postgres psql",
			"collectord migrate --database 'postgres:///checkpoint?host=/run/postgresql&user=checkpoint_owner'",
			"collectord receive --check",
			"collectord serve --check",
			"collectord health",
		},
		Sub: []*cli.Command{receiveCommand(), openCommand(), serveCommand(), migrateCommand(), boxesCommand(), peopleCommand(), communeCommand(), siteCommand(), reportCommand(), personCommand(), retainCommand(), accountCommand(), looksCommand(), secondCommand(), healthCommand()},
	})
}
