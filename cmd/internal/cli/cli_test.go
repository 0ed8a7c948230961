package cli_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"

	"checkpoint/cmd/internal/cli"
)

// tool is a command tree that prints what it was called with.
func tool(run func(args []string) error) *cli.Command {
	var loud bool
	var name string
	return &cli.Command{
		Name: "tool", Short: "công cụ / a tool", Examples: []string{"tool greet An"},
		Sub: []*cli.Command{{
			Name: "greet", Short: "chào / greets", Examples: []string{"tool greet An --loud", "tool greet --name An"},
			Flags: func(f *flag.FlagSet) {
				f.BoolVar(&loud, "loud", false, "shout")
				f.StringVar(&name, "name", "An", "whom")
			},
			Run: func(_ context.Context, io cli.IO, args []string) error {
				fmt.Fprintf(io.Out, "%v loud=%v name=%s", args, loud, name)
				return run(args)
			},
		}},
	}
}

func call(run func([]string) error, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = cli.Main(context.Background(), tool(run), cli.IO{Out: &o, Err: &e}, args)
	return code, o.String(), e.String()
}

func fine([]string) error { return nil }

func TestFlagsMayStandBeforeAndAfterArguments(t *testing.T) {
	for _, args := range [][]string{{"greet", "--loud", "--name", "Bình", "a", "b"}, {"greet", "a", "--loud", "b", "--name=Bình"}, {"greet", "a", "b", "-name", "Bình", "-loud"}} {
		code, out, errs := call(fine, args...)
		if code != 0 || out != "[a b] loud=true name=Bình" || errs != "" {
			t.Errorf("%v: %d %q %q", args, code, out, errs)
		}
	}
}

func TestHelpBeginsWithExamples(t *testing.T) {
	code, out, errs := call(fine, "greet", "--help")
	want := "  tool greet An --loud\n  tool greet --name An\n\ntool greet: chào / greets\n\nflags:\n  --loud           shout\n  --name           whom (An)\n"
	if code != 0 || out != want || errs != "" {
		t.Errorf("%d %q\n%s", code, errs, out)
	}
	code, out, _ = call(fine, "-h")
	if want := "  tool greet An\n\ntool: công cụ / a tool\n  greet        chào / greets\n"; code != 0 || out != want {
		t.Errorf("%d\n%s", code, out)
	}
}

func TestExitCodesAndLinesOfErrors(t *testing.T) {
	plain := errors.New("no disk")
	for name, c := range map[string]struct {
		args []string
		err  error
		code int
		errs string
	}{
		"fine":                   {[]string{"greet"}, nil, cli.OK, ""},
		"failed":                 {[]string{"greet"}, plain, cli.Failed, "error: no disk\n"},
		"failed, with a hint":    {[]string{"greet"}, cli.Hint(plain, "buy %s", "one"), cli.Failed, "error: no disk\nhint: buy one\n"},
		"a hint, wrapped":        {[]string{"greet"}, fmt.Errorf("save: %w", cli.Hint(plain, "buy one")), cli.Failed, "error: save: no disk\nhint: buy one\n"},
		"what drives a terminal": {[]string{"greet"}, errors.New("cột \x1b[2J\u202e\u2066\x9bsex\r\n\tNguyễn\u0303\xff"), cli.Failed, "error: cột \\x1b[2J\\u202e\\u2066\\x9bsex\\r\n\tNguyễn\u0303\\xff\n"},
		"usage":                  {[]string{"greet"}, cli.Usage("want %d", 2), cli.BadArguments, "error: want 2\nhint: xem cách dùng / see: --help\n"},
		"not configured":         {[]string{"greet"}, &cli.Error{Err: plain, Code: cli.NotConfigured}, cli.NotConfigured, "error: no disk\n"},
		"unknown command":        {[]string{"great"}, nil, cli.BadArguments, "error: tool: unknown command \"great\"\nhint: xem các lệnh / for all commands: tool --help\n"},
		"unknown flag":           {[]string{"greet", "--quiet"}, nil, cli.BadArguments, "error: flag provided but not defined: -quiet\nhint: xem cách dùng / see: tool greet --help\n"},
		"flag without a value":   {[]string{"greet", "--name"}, nil, cli.BadArguments, "error: flag needs an argument: -name\nhint: xem cách dùng / see: tool greet --help\n"},
		"a hint about no error":  {[]string{"greet"}, cli.Hint(nil, "buy one"), cli.OK, ""},
	} {
		code, out, errs := call(func([]string) error { return c.err }, c.args...)
		if code != c.code || errs != c.errs {
			t.Errorf("%s: %d %q, want %d %q", name, code, errs, c.code, c.errs)
		}
		if code == cli.BadArguments && strings.Contains(out, "flags:") {
			t.Errorf("%s: help on standard output", name)
		}
	}
	if code, out, errs := call(fine); code != cli.BadArguments || out != "" || !strings.Contains(errs, "error: tool: which command?\nhint: ") {
		t.Errorf("no command: %d %q %q", code, out, errs)
	}
}

func TestHintKeepsTheErrorBelow(t *testing.T) {
	below := errors.New("below")
	if err := cli.Hint(fmt.Errorf("act: %w", below), "x"); !errors.Is(err, below) {
		t.Error("errors.Is does not see through a hint")
	}
}
