package main

import (
	"fmt"
	"io"
	"os"

	"checkpoint/device/serial/pty"
)

// virtualScanner is two pseudo terminals back to back: what is written to path
// arrives at device, which the daemon opens as its serial port.
type virtualScanner struct {
	path, device   string
	inside, street *pty.Pair
}

// newVirtualScanner also puts a link with a steady name to path.
func newVirtualScanner(link string) (*virtualScanner, error) {
	inside, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("virtual scanner: %w", err)
	}
	street, err := pty.Open()
	if err != nil {
		return nil, fmt.Errorf("virtual scanner: %w", err)
	}
	s := &virtualScanner{path: street.Path, device: inside.Path, inside: inside, street: street}
	go func() { _, _ = io.Copy(inside.Master, street.Master) }() // ends with close
	_ = os.Remove(link)
	return s, os.Symlink(street.Path, link)
}

func (s *virtualScanner) close() {
	s.street.Close()
	s.inside.Close()
}
