// Command checkpointd is the box's daemon: it reads the configuration, wires
// readers, verifier, journal, gates and uplink together, and runs them. It
// stays up when anything of that is missing, and says so on the control
// socket.
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
