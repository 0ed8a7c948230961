//go:build linux

// Command checkpointctl is the technician's tool on the box: it reads codes as
// the box would, answers for the guard, shows the state and loads snapshots.
package main

import (
	"os"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/snapshot"
)

func main() {
	// The child in which a suspect file is looked at (snapshot.Examine).
	if asked, code := snapshot.ServeExamination(os.Args, os.Stdin, os.Stderr); asked {
		os.Exit(code)
	}
	os.Exit(cli.Process(command()))
}

func command() *cli.Command {
	return &cli.Command{
		Name:  "checkpointctl",
		Short: "công cụ của kỹ thuật viên / the technician's tool on the box",
		Examples: []string{
			"checkpointctl status",
			"checkpointctl doctor",
			"checkpointctl decide passed",
			"checkpointctl snapshot load /media/usb/snap",
			"checkpointctl lamps walk",
			"checkpointctl enrol --claim /media/usb",
			`echo '"001090000011"' | checkpointctl parse --json`,
		},
		Sub: []*cli.Command{
			statusCommand(), doctorCommand(), detectCommand(), decideCommand(), typeCommand(), scanCommand(), snapshotCommand(), logsCommand(), configCommand(), lampsCommand(), enrolCommand(), systemCommand(), imageCommand(), emergencyCommand(), pinCommand(), pairCommand(),
			parseCommand(), verifyCommand(), dccCommand(), decodeCommand(), cli.Completion(command, "checkpointctl"),
		},
	}
}
