// Command checkpointd is the box's daemon: it reads the configuration, wires
// readers, verifier, journal, gates and uplink together, and runs them. It
// stays up when anything of that is missing, and says so on the control
// socket.
package main

import (
	"fmt"
	"os"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/wayout"
	"checkpoint/store/snapshot"
)

func main() {
	// The child in which a suspect file is looked at (snapshot.Examine).
	if asked, code := snapshot.ServeExamination(os.Args, os.Stdin, os.Stderr); asked {
		os.Exit(code)
	}
	if err := wayout.Take(); err != nil { // the lane needs none
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(cli.Process(command()))
}
