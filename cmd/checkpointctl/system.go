//go:build linux

package main

import "checkpoint/cmd/internal/cli"

// systemCommand is what the card's own units call, and a technician may.
func systemCommand() *cli.Command {
	return &cli.Command{
		Name: "system", Short: "hệ thống trên thẻ / the system on the card",
		Examples: []string{"sudo checkpointctl system status", "sudo checkpointctl system update --from-stick"},
		Sub:      []*cli.Command{firstBootCommand(), stickCommand(), slotStatus(), slotUpdate(), slotRollback(), slotGood(), slotTrial(), slotScrub(), slotChoose()},
	}
}
