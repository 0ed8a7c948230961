package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// trace is where the edges of all gates go, each line with its lane's name at
// the end.
type trace struct{ *os.File }

func openTrace(path string) (t trace, err error) {
	if path != "" {
		t.File, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	}
	return t, err
}

func (t trace) of(lane string) io.Writer {
	if t.File == nil {
		return nil
	}
	return laneTrace{t.File, lane}
}

type laneTrace struct {
	file *os.File
	lane string
}

func (t laneTrace) Write(line []byte) (int, error) {
	_, err := fmt.Fprintf(t.file, "%s %s\n", bytes.TrimSuffix(line, []byte("\n")), t.lane)
	return len(line), err
}

// laneOutput names the lane before each line of its simulated gate.
type laneOutput struct {
	out  io.Writer
	lane string
}

func (l laneOutput) Write(line []byte) (int, error) {
	_, err := fmt.Fprintf(l.out, "lane %s: %s", l.lane, line)
	return len(line), err
}
