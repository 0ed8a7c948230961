//go:build !linux

package main

import (
	"os"

	"checkpoint/cmd/internal/cli"
)

func main() { os.Exit(cli.Process(command())) }

// command is the part of the tool that office computers have: the rest is about
// the box that it runs on.
func command() *cli.Command {
	return &cli.Command{
		Name:     "checkpointctl",
		Short:    "ghi thẻ cho máy kiểm soát / writes cards for checkpoint boxes",
		Examples: []string{"checkpointctl image disks"},
		Sub:      []*cli.Command{imageCommand(), cli.Completion(command, "checkpointctl")},
	}
}
