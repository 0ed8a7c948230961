package main

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"checkpoint/cmd/internal/cli"
)

// walkCommands visits all commands with their paths.
func walkCommands(c *cli.Command, path string, do func(c *cli.Command, path string)) {
	do(c, path)
	for _, sub := range c.Sub {
		walkCommands(sub, path+" "+sub.Name, do)
	}
}

// Every command has the same manners: examples first, of itself; one line in
// both languages; what is wrong on its line is code 2 with the next step.
func TestAllCommandsHaveTheSameManners(t *testing.T) {
	walkCommands(command(), "checkpointctl", func(c *cli.Command, path string) {
		if vi, en, both := strings.Cut(c.Short, " / "); !both || vi == "" || en == "" || strings.HasSuffix(c.Short, ".") {
			t.Errorf("%s: %q is not one line in both languages", path, c.Short)
		}
		if (len(c.Sub) > 0) == (c.Run != nil) {
			t.Errorf("%s: has both subcommands and a run, or neither", path)
		}
		if len(c.Examples) == 0 {
			t.Errorf("%s has no example", path)
		}
		for _, e := range c.Examples {
			if !strings.Contains(e, path) {
				t.Errorf("%s: the example %q is of another command", path, e)
			}
		}
		args := strings.Fields(path)[1:]
		code, out, errs := run(append(args, "--help"))
		if code != cli.OK || errs != "" || len(c.Examples) > 0 && !strings.HasPrefix(out, "  "+c.Examples[0]+"\n") {
			t.Errorf("%s --help: %d %q\n%s", path, code, errs, out)
		}
		code, out, errs = run(append(args, "--no-such-flag"))
		if code != cli.BadArguments || out != "" || !strings.HasPrefix(errs, "error: ") || !strings.Contains(errs, "\nhint: ") {
			t.Errorf("%s --no-such-flag: %d %q %q", path, code, out, errs)
		}
	})
}

func run(args []string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = cli.Main(context.Background(), command(), cli.IO{In: strings.NewReader(""), Out: &o, Err: &e}, args)
	return code, o.String(), e.String()
}
