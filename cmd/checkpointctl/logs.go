//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/durable"
)

// logSource is where the daemon's log is, and how much of it is wanted.
type logSource struct {
	file   string // empty: systemd's journal
	lines  int
	follow bool
}

func logsCommand() *cli.Command {
	var s logSource
	return &cli.Command{
		Name: "logs", Short: "nhật ký của dịch vụ, không có dữ liệu cá nhân / the service's log: plain lines, no personal data",
		Examples: []string{"checkpointctl logs", "checkpointctl logs --follow", "checkpointctl logs --lines 1000 | grep ERROR", "checkpointctl logs --file box.log"},
		Flags: func(f *flag.FlagSet) {
			f.BoolVar(&s.follow, "follow", false, "go on with what comes")
			f.IntVar(&s.lines, "lines", 100, "how many of the last lines")
			f.StringVar(&s.file, "file", "", "a file with the log instead of systemd's journal")
		},
		Run: func(ctx context.Context, std cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("logs: unexpected argument %q", args[0])
			}
			if s.lines < 0 {
				return cli.Usage("logs: --lines: want 0 or more")
			}
			err := s.print(ctx, &wholeLines{out: cli.Plain(std.Out)})
			if ctx.Err() != nil {
				return nil // somebody has seen enough
			}
			return err
		},
	}
}

// print writes the last lines, and goes on if that is wanted until ctx ends.
func (s logSource) print(ctx context.Context, out io.Writer) error {
	if s.file == "" {
		return s.journal(ctx, out)
	}
	f, err := durable.OpenForeign(s.file)
	if err != nil {
		return cli.Hint(fmt.Errorf("read log: %w", err), "không có --file thì đọc nhật ký của systemd: checkpointctl logs / without --file the log is systemd's: checkpointctl logs")
	}
	defer f.Close()
	var last []string
	in := bufio.NewReader(f)
	for {
		line, err := in.ReadString('\n')
		if err != nil && line == "" {
			break
		}
		if last = append(last, line); len(last) > s.lines {
			last = last[1:]
		}
	}
	if _, err := io.WriteString(out, strings.Join(last, "")); err != nil || !s.follow {
		return err
	}
	return follow(ctx, in, out)
}

// wholeLines holds a line back until its end has come: half a letter could not
// be told from what drives a terminal.
type wholeLines struct {
	out  io.Writer
	rest []byte
}

func (w *wholeLines) Write(p []byte) (int, error) {
	w.rest = append(w.rest, p...)
	end := bytes.LastIndexByte(w.rest, '\n') + 1
	if end == 0 {
		return len(p), nil
	}
	_, err := w.out.Write(w.rest[:end])
	w.rest = append([]byte(nil), w.rest[end:]...)
	return len(p), err
}

// lookForMore is how often a file is looked at that grows.
const lookForMore = 200 * time.Millisecond

func follow(ctx context.Context, in *bufio.Reader, out io.Writer) error {
	for {
		line, err := in.ReadString('\n')
		if line != "" {
			if _, err := io.WriteString(out, line); err != nil {
				return err
			}
		}
		if err == nil {
			continue
		}
		if !errors.Is(err, io.EOF) {
			return fmt.Errorf("read log: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(lookForMore):
		}
	}
}

// journal asks systemd's journal for the daemon's own lines (journalctl(1)).
func (s logSource) journal(ctx context.Context, out io.Writer) error {
	args := []string{"--unit", "checkpointd", "--output", "cat", "--no-pager", "--quiet", "--lines", strconv.Itoa(s.lines)}
	if s.follow {
		args = append(args, "--follow")
	}
	cmd := exec.CommandContext(ctx, "journalctl", args...)
	var complaint strings.Builder
	cmd.Stdout, cmd.Stderr = out, &complaint
	err := cmd.Run()
	switch {
	case err == nil:
		return nil
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		return cli.Hint(errors.New("read log: this machine has no journalctl"), "nêu tệp nhật ký của chương trình bằng --file FILE / name the file that the service's output goes to: --file FILE")
	}
	return cli.Hint(fmt.Errorf("read log: %w: %s", err, strings.TrimSpace(complaint.String())), "cần sudo, hoặc thuộc nhóm systemd-journal / sudo, or membership of group systemd-journal, is needed to read it")
}
