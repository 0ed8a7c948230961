//go:build linux

package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"checkpoint/cmd/internal/cli"
	"checkpoint/console/control"
)

func emergencyCommand() *cli.Command {
	return &cli.Command{
		Name: "emergency", Short: "mở khẩn cấp / the emergency opening",
		Examples: []string{"checkpointctl emergency end"},
		Sub:      []*cli.Command{endCommand()},
	}
}

func endCommand() *cli.Command {
	var dir, lane string
	return &cli.Command{
		Name: "end", Short: "kết thúc bằng PIN trưởng ca / end it with a shift lead's PIN, also while the fire contact is open",
		Examples: []string{"checkpointctl emergency end", "checkpointctl emergency end --lane 2 < pin"},
		Flags: func(f *flag.FlagSet) {
			runFlag(f, &dir)
			f.StringVar(&lane, "lane", "", "lane (needed where there is more than one)")
		},
		Run: func(ctx context.Context, std cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("emergency end: unexpected argument: the PIN is asked for, never given on the command line")
			}
			code, err := newSecrets(std).ask("PIN trưởng ca / shift lead's PIN: ")
			if err != nil {
				return err
			}
			if err := control.NewClient(findRunDir(dir)).EndEmergency(ctx, control.EndEmergency{Lane: lane, PIN: code}); err != nil {
				return cli.Hint(err, "PIN của ai dùng được: xem lead_pins trong cấu hình; mỗi lần thử đều được ghi lại / lead_pins in the configuration says whose PINs are good; each try is recorded")
			}
			fmt.Fprintln(std.Out, "Cổng đã về nghỉ. / The gate is at rest.")
			return nil
		},
	}
}

// secrets asks for PINs without showing them, or takes one a line from a pipe.
type secrets struct {
	in     *bufio.Reader
	prompt io.Writer
	hidden bool // a person types
}

func newSecrets(std cli.IO) *secrets {
	return &secrets{bufio.NewReader(std.In), std.Err, term.IsTerminal(int(os.Stdin.Fd()))}
}

func (s *secrets) ask(what string) (string, error) {
	if !s.hidden {
		line, err := s.in.ReadString('\n')
		if err != nil && line == "" {
			return "", fmt.Errorf("read PIN: %w", err)
		}
		return strings.TrimSpace(line), nil
	}
	fmt.Fprint(s.prompt, what)
	defer fmt.Fprintln(s.prompt)
	code, err := term.ReadPassword(int(os.Stdin.Fd()))
	if err != nil {
		return "", fmt.Errorf("read PIN: %w", err)
	}
	return string(code), nil
}
