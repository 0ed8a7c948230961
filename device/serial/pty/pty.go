//go:build linux

// Package pty makes pseudo terminals that stand in for a serial scanner: what
// is written to the master arrives on a path that opens like any serial port.
//
// It promises that every byte passes unchanged (raw mode) and that none is lost
// while nobody has the path open. It never reads the other side: it serves
// tests and the demonstration, not a lane.
package pty

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// Pair is one pseudo terminal.
type Pair struct {
	Master *os.File // the scanner's end: write codes here
	Path   string   // the box's end: open this as the serial port

	slave *os.File
}

// Open makes a pair. Close it: to whoever reads Path that is the unplugging.
func Open() (*Pair, error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, fmt.Errorf("open pseudo terminal: %w", err)
	}
	p := &Pair{Master: master}
	if err := p.unlock(); err != nil {
		master.Close()
		return nil, fmt.Errorf("set up pseudo terminal: %w", err)
	}
	// Held open so that bytes wait for a reader that comes later or again.
	if p.slave, err = os.OpenFile(p.Path, os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		master.Close()
		return nil, fmt.Errorf("open pseudo terminal: %w", err)
	}
	return p, nil
}

// Close hangs the line up: a pending Read at the other end fails at once.
func (p *Pair) Close() error {
	err := p.Master.Close()
	if err2 := p.slave.Close(); err == nil {
		err = err2
	}
	return err
}

// Release lifts the claim that a reader killed with kill -9 leaves on Path. A
// real port forgets it with its last user; this one has us as a user, and would
// refuse the next reader (EBUSY, unless it is root) as long as the pair lives.
func (p *Pair) Release() error {
	conn, err := p.slave.SyscallConn()
	if err != nil {
		return err
	}
	var ioctl error
	err = conn.Control(func(fd uintptr) { ioctl = unix.IoctlSetInt(int(fd), unix.TIOCNXCL, 0) })
	if ioctl != nil {
		return fmt.Errorf("release pseudo terminal: %w", ioctl)
	}
	return err
}

// unlock finds the name of the other end, lets it be opened, and makes it raw.
func (p *Pair) unlock() error {
	conn, err := p.Master.SyscallConn()
	if err != nil {
		return err
	}
	var number int
	var ioctl error
	err = conn.Control(func(fd uintptr) {
		if ioctl = unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0); ioctl != nil {
			return
		}
		if number, ioctl = unix.IoctlGetInt(int(fd), unix.TIOCGPTN); ioctl != nil {
			return
		}
		ioctl = raw(int(fd))
	})
	p.Path = "/dev/pts/" + strconv.Itoa(number)
	if ioctl != nil {
		return ioctl
	}
	return err
}

// raw is cfmakeraw(3).
func raw(fd int) error {
	t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil {
		return err
	}
	t.Iflag &^= unix.IGNBRK | unix.BRKINT | unix.PARMRK | unix.ISTRIP | unix.INLCR | unix.IGNCR | unix.ICRNL | unix.IXON
	t.Oflag &^= unix.OPOST
	t.Lflag &^= unix.ECHO | unix.ECHONL | unix.ICANON | unix.ISIG | unix.IEXTEN
	t.Cflag = t.Cflag&^(unix.CSIZE|unix.PARENB) | unix.CS8
	return unix.IoctlSetTermios(fd, unix.TCSETS, t)
}
