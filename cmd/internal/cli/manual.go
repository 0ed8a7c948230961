package cli

import (
	"context"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"
)

// askManual is the one argument that makes a program print its manual page, for
// whoever packs it: see make man.
const askManual = "--manual"

// manual is the command that prints the page of another.
func manual(of *Command) *Command {
	return &Command{Name: of.Name, Run: func(_ context.Context, io IO, _ []string) error { return writeManual(of, io.Out) }}
}

// writeManual writes a program's page in man(7), of what --help says: section 8
// for what runs by itself, 1 for what people call.
func writeManual(root *Command, out io.Writer) error {
	section := 8
	if len(root.Sub) > 0 {
		section = 1
	}
	var b strings.Builder
	title, english := both(root.Short)
	fmt.Fprintf(&b, ".TH %s %d %s checkpoint\n", strings.ToUpper(roff(root.Name)), section, made())
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(root.Name), roff(english))
	fmt.Fprintf(&b, ".SH SYNOPSIS\n.B %s\n%s\n", roff(root.Name), roff(arguments(root)))
	fmt.Fprintf(&b, ".SH DESCRIPTION\n%s.\n.PP\n%s.\n", roff(english), roff(title))
	page(&b, ".SH EXAMPLES\n", ".SH OPTIONS\n", root)
	if len(root.Sub) > 0 {
		b.WriteString(".SH COMMANDS\n")
	}
	each(root, root.Name, func(c *Command, path string) {
		if c == root {
			return
		}
		fmt.Fprintf(&b, ".SS %s\n%s.\n", roff(strings.TrimPrefix(path, root.Name+" ")+" "+arguments(c)), roff(c.Short))
		page(&b, ".PP\n", "", c)
	})
	b.WriteString(".SH EXIT STATUS\n")
	for _, line := range exits {
		fmt.Fprintf(&b, ".TP\n.B %d\n%s\n", line.code, roff(line.means))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// exits are ARCHITECTURE.md's.
var exits = []struct {
	code  int
	means string
}{
	{OK, "done; or, of a check, nothing that must be mended."}, {Failed, "failed: standard error has a line error: and most often hint: with the next step."},
	{BadArguments, "the command line is wrong; nothing was done."}, {Stopped, "a rollout that was watched had to be stopped."},
	{Again, "the province told the daemon to start again."}, {NotConfigured, "not configured, or not enrolled, yet."},
}

// page writes a command's examples and flags.
func page(b *strings.Builder, examples, options string, c *Command) {
	if len(c.Examples) > 0 {
		b.WriteString(examples + ".nf\n")
		for _, e := range c.Examples {
			b.WriteString(roff(e) + "\n")
		}
		b.WriteString(".fi\n")
	}
	flags := flagsOf(c)
	if len(flags) > 0 {
		b.WriteString(options)
	}
	for _, f := range flags {
		value := ""
		if takesValue(f) {
			value = " VALUE"
		}
		fmt.Fprintf(b, ".TP\n.B %s\n%s\n", roff("--"+f.Name+value), roff(f.Usage+shownDefault(f)))
	}
}

// made is the day of the commit that the program was built from, else today.
func made() string {
	at := time.Now()
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if t, err := time.Parse(time.RFC3339, s.Value); err == nil && s.Key == "vcs.time" {
				at = t
			}
		}
	}
	return at.UTC().Format(time.DateOnly)
}

func arguments(c *Command) string {
	switch {
	case len(c.Sub) > 0:
		return "COMMAND …"
	case c.Flags != nil:
		return "[FLAGS]"
	}
	return ""
}

// both parts a text as commands have it: Vietnamese / English.
func both(short string) (vietnamese, english string) {
	vietnamese, english, found := strings.Cut(short, " / ")
	if !found {
		return short, short
	}
	return vietnamese, english
}

// roff is text that drives no formatter (groff_char(7)).
func roff(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`).Replace(s)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	return s
}
