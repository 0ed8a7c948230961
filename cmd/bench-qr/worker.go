package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// decoder is what is compared, and how its worker is started: by this command
// (self), from the folder of those that were installed (peers).
type decoder struct {
	name    string
	command func(self, peers string) []string
}

const (
	ours      = "scanner/qr"
	zxing3    = "zxing-cpp 3"
	zxing1    = "zxing-cpp 1.4"
	zbar      = "zbar"
	gozxings  = "gozxing"
	peersTree = "cmd/bench-qr/peers" // from the repository's root
)

// itself is a worker that is this command.
func itself(name string) decoder {
	return decoder{name, func(self, _ string) []string { return []string{self, "--worker", name} }}
}

func decoders() []decoder {
	return []decoder{
		itself(ours),
		{zxing3, func(_, peers string) []string { return []string{"node", peersTree + "/zxing.mjs", peers} }},
		// Debian's own interpreter: its packages are for no other.
		{zxing1, func(_, _ string) []string { return []string{"/usr/bin/python3", peersTree + "/zxing.py"} }},
		{zbar, func(_, peers string) []string { return []string{filepath.Join(peers, "zbar")} }},
		itself(gozxings),
	}
}

func decoderNames() (names []string) {
	for _, d := range decoders() {
		names = append(names, d.name)
	}
	return names
}

// worker is a decoder's process, which answers a line for each path.
type worker struct {
	name  string
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines *bufio.Reader
}

func start(ctx context.Context, d decoder, peers string) (*worker, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if peers, err = filepath.Abs(peers); err != nil {
		return nil, err
	}
	args := d.command(self, peers)
	w := &worker{name: d.name, cmd: exec.CommandContext(ctx, args[0], args[1:]...)}
	w.cmd.Stderr = os.Stderr
	w.cmd.Cancel = func() error { return w.cmd.Process.Signal(syscall.SIGTERM) }
	w.cmd.WaitDelay = 5 * time.Second
	if w.in, err = w.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	w.lines = bufio.NewReader(out)
	if err := w.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", d.name, err)
	}
	return w, nil
}

// read asks for one picture.
func (w *worker) read(path string) (reply, error) {
	if _, err := fmt.Fprintln(w.in, path); err != nil {
		return reply{}, fmt.Errorf("%s: %w", w.name, err)
	}
	line, err := w.lines.ReadBytes('\n')
	if err != nil {
		return reply{}, fmt.Errorf("%s has no answer to %s: %w", w.name, path, err)
	}
	r, err := parseReply(line)
	if err != nil {
		return r, fmt.Errorf("%s: %s: %w", w.name, path, err)
	}
	return r, nil
}

// end lets the worker end by itself.
func (w *worker) end() error { return errors.Join(w.in.Close(), w.cmd.Wait()) }
