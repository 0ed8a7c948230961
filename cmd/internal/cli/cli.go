// Package cli is the manners that all commands share: subcommands with
// examples, `error:` and `hint:` lines, exit codes.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// The exit codes of the tools.
const (
	OK            = 0
	Failed        = 1
	BadArguments  = 2
	Stopped       = 3 // what was watched had to be stopped
	Again         = 4 // the daemon was told to start again
	NotConfigured = 6
)

// IO is where a command reads and writes.
type IO struct {
	In       io.Reader
	Out, Err io.Writer
}

// Command is one command, with subcommands or with Run.
type Command struct {
	Name     string
	Short    string // one line, Vietnamese / English
	Examples []string
	Flags    func(*flag.FlagSet)
	Run      func(ctx context.Context, io IO, args []string) error
	Sub      []*Command
}

// Error is an error with the next step.
type Error struct {
	Err  error
	Hint string
	Code int // exit code; 0 counts as Failed
}

func (e *Error) Error() string { return e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Hint adds the next step to an error; nil stays nil.
func Hint(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return &Error{Err: err, Hint: fmt.Sprintf(format, args...)}
}

// Usage is an error about the command line.
func Usage(format string, args ...any) error {
	return &Error{Err: fmt.Errorf(format, args...), Code: BadArguments, Hint: "xem cách dùng / see: --help"}
}

// Main runs a command line (without the program's own name) and returns the
// exit code.
func Main(ctx context.Context, root *Command, io IO, args []string) int {
	if len(args) == 1 && args[0] == askManual {
		args, root = nil, manual(root)
	}
	err := run(ctx, root, root.Name, io, args)
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return OK
	}
	errs := Plain(io.Err) // errors quote files and arguments
	fmt.Fprintln(errs, "error:", err)
	var e *Error
	if !errors.As(err, &e) {
		return Failed
	}
	if e.Hint != "" {
		fmt.Fprintln(errs, "hint:", e.Hint)
	}
	return max(e.Code, Failed)
}

func run(ctx context.Context, c *Command, path string, io IO, args []string) error {
	flags := flag.NewFlagSet(path, flag.ContinueOnError)
	flags.SetOutput(io.Err)
	flags.Usage = func() {} // help goes to standard output, and only when it was asked for
	if c.Flags != nil {
		c.Flags(flags)
	}
	rest, err := parse(flags, args, len(c.Sub) > 0)
	if err != nil {
		if errors.Is(err, flag.ErrHelp) {
			help(c, path, flags, io.Out)
			return err
		}
		return &Error{Err: err, Code: BadArguments, Hint: "xem cách dùng / see: " + path + " --help"}
	}
	if len(c.Sub) == 0 {
		return c.Run(ctx, io, rest)
	}
	if len(rest) == 0 {
		help(c, path, flags, io.Err)
		return Usage("%s: which command?", path)
	}
	for _, sub := range c.Sub {
		if sub.Name == rest[0] {
			return run(ctx, sub, path+" "+sub.Name, io, rest[1:])
		}
	}
	return &Error{Err: fmt.Errorf("%s: unknown command %q", path, rest[0]), Code: BadArguments, Hint: "xem các lệnh / for all commands: " + path + " --help"}
}

// parse takes flags before and after arguments; a command with subcommands
// stops at the first argument.
func parse(flags *flag.FlagSet, args []string, stop bool) (rest []string, err error) {
	flags.SetOutput(io.Discard)
	for {
		if err := flags.Parse(args); err != nil {
			return nil, err
		}
		args = flags.Args()
		if len(args) == 0 || stop {
			return append(rest, args...), nil
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}

func help(c *Command, path string, flags *flag.FlagSet, out io.Writer) {
	for _, e := range c.Examples {
		fmt.Fprintf(out, "  %s\n", e)
	}
	if len(c.Examples) > 0 {
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "%s: %s\n", path, c.Short)
	for _, sub := range c.Sub {
		fmt.Fprintf(out, "  %-12s %s\n", sub.Name, sub.Short)
	}
	any := false
	flags.VisitAll(func(f *flag.Flag) {
		if !any {
			fmt.Fprintln(out, "\nflags:")
			any = true
		}
		fmt.Fprintf(out, "  --%-14s %s%s\n", f.Name, strings.ReplaceAll(f.Usage, "\n", " "), shownDefault(f))
	})
}

// shownDefault is a flag's value unless it is given, where that is worth saying.
func shownDefault(f *flag.Flag) string {
	if f.DefValue == "" || f.DefValue == "false" {
		return ""
	}
	return " (" + f.DefValue + ")"
}

// Process is a whole program: the process's own arguments and streams, ended
// by an interrupt or SIGTERM: the first ends the context and the input, a second
// the process. It returns the exit code.
func Process(root *Command) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // whatever a command waits for, it can be killed
	return Main(ctx, root, IO{In: until(ctx, os.Stdin), Out: os.Stdout, Err: os.Stderr}, os.Args[1:])
}
