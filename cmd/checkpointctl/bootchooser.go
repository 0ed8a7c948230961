//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"checkpoint/cmd/internal/cli"
	"checkpoint/image/slots"
)

// slotChoose is what RAUC calls as its custom boot-selection backend
// (rauc.readthedocs.io, "Custom Bootloader Backend Interface").
func slotChoose() *cli.Command {
	var c slotCard
	return &cli.Command{
		Name: "bootchooser", Short: "RAUC hỏi và đặt hệ thống khởi động / RAUC asks which system starts, and sets it",
		Examples: []string{"sudo checkpointctl system bootchooser get-primary", "sudo checkpointctl system bootchooser set-state B bad"},
		Flags:    c.flags,
		Run: func(_ context.Context, io cli.IO, args []string) error {
			said, err := c.choose(strings.Join(args, " "))
			if err == nil && said != "" {
				fmt.Fprintln(io.Out, said)
			}
			return err
		},
	}
}

// choose does one of RAUC's words. A slot that is being written is bad until it
// is whole: RAUC says bad before, and primary after.
func (c *slotCard) choose(words string) (said string, err error) {
	switch words {
	case "get-current":
		n, err := c.name()
		return string(n), err
	case "get-primary":
		s, err := c.next()
		return string(s.Next()), err
	}
	for _, n := range []slots.Name{slots.A, slots.B} {
		switch words {
		case "get-state " + string(n):
			s, err := c.next()
			if s.Of(n).Left > 0 {
				return "good", err
			}
			return "bad", err
		case "set-primary " + string(n):
			return "", c.alter(func(s *slots.State) { s.Prefer(n) })
		case "set-state " + string(n) + " good":
			return "", c.alter(func(s *slots.State) { s.Good(n) })
		case "set-state " + string(n) + " bad":
			return "", c.alter(func(s *slots.State) { s.Bad(n) })
		}
	}
	return "", cli.Usage("system bootchooser: %q is none of RAUC's words", words)
}

// next is what the loader goes by at the next start: with both copies lost, the
// state of a new card.
func (c *slotCard) next() (slots.State, error) {
	s, err := c.read()
	if errors.Is(err, slots.ErrLost) {
		err = nil
	}
	return s, err
}
