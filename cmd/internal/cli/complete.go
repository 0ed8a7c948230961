package cli

import (
	"context"
	"flag"
	"fmt"
	"strings"
)

// Completion is the command that prints what a shell needs to complete a
// program's commands and flags. root is asked when the command runs, so that it
// can be one of its own subcommands.
func Completion(root func() *Command, program string) *Command {
	shells := map[string]func(*Command) string{"bash": bash, "zsh": zsh, "fish": fish}
	return &Command{
		Name: "completion", Short: "hoàn thành lệnh bằng phím Tab / completion for bash, zsh or fish",
		Examples: []string{
			"source <(" + program + " completion bash)",
			program + " completion bash >/etc/bash_completion.d/" + program,
			program + " completion zsh >/usr/local/share/zsh/site-functions/_" + program,
			program + " completion fish >~/.config/fish/completions/" + program + ".fish",
		},
		Run: func(_ context.Context, io IO, args []string) error {
			if len(args) != 1 || shells[args[0]] == nil {
				return Usage("completion: want bash, zsh or fish")
			}
			_, err := fmt.Fprint(io.Out, shells[args[0]](root()))
			return err
		},
	}
}

// each calls do for a command and all below it, with its path.
func each(c *Command, path string, do func(c *Command, path string)) {
	do(c, path)
	for _, sub := range c.Sub {
		each(sub, path+" "+sub.Name, do)
	}
}

// flagsOf are a command's flags in their order.
func flagsOf(c *Command) (list []*flag.Flag) {
	set := flag.NewFlagSet(c.Name, flag.ContinueOnError)
	if c.Flags != nil {
		c.Flags(set)
	}
	set.VisitAll(func(f *flag.Flag) { list = append(list, f) })
	return list
}

// takesValue tells whether something has to follow a flag.
func takesValue(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return !ok || !b.IsBoolFlag()
}

// words are what may follow a command: its subcommands, and its flags.
func words(c *Command) (list []string) {
	for _, sub := range c.Sub {
		list = append(list, sub.Name)
	}
	for _, f := range flagsOf(c) {
		list = append(list, "--"+f.Name)
	}
	return append(list, "--help")
}

// function is a shell's name for what completes a program.
func function(c *Command) string { return "_" + strings.ReplaceAll(c.Name, "-", "_") }

// bash walks the words before the cursor down the tree (bash(1), Programmable
// Completion). What is no command and no flag is a file's name, most often.
func bash(root *Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# bash completion of %s; made by: %s completion bash\n%s() {\n", root.Name, root.Name, function(root))
	b.WriteString("  local path=\"$1\" word words i\n  path=\"${path##*/}\"\n  for ((i = 1; i < COMP_CWORD; i++)); do\n    word=\"${COMP_WORDS[i]}\"\n    case \"$path $word\" in\n")
	each(root, root.Name, func(_ *Command, path string) {
		if path != root.Name {
			fmt.Fprintf(&b, "      %q) path=%q ;;\n", path, path)
		}
	})
	b.WriteString("    esac\n  done\n  case \"$path\" in\n")
	each(root, root.Name, func(c *Command, path string) {
		fmt.Fprintf(&b, "    %q) words=%q ;;\n", path, strings.Join(words(c), " "))
	})
	fmt.Fprintf(&b, "  esac\n  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\ncomplete -o default -o bashdefault -F %s %s\n", function(root), root.Name)
	return b.String()
}

// zsh does likewise, with what each word means (zshcompsys(1)).
func zsh(root *Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "#compdef %s\n# made by: %s completion zsh\n%s() {\n", root.Name, root.Name, function(root))
	fmt.Fprintf(&b, "  local at=%s word i\n  local -a list\n  for ((i = 2; i < CURRENT; i++)); do\n    word=\"${words[i]}\"\n    case \"$at $word\" in\n", quote(root.Name))
	each(root, root.Name, func(_ *Command, path string) {
		if path != root.Name {
			fmt.Fprintf(&b, "      %s) at=%s ;;\n", quote(path), quote(path))
		}
	})
	b.WriteString("    esac\n  done\n  case \"$at\" in\n")
	each(root, root.Name, func(c *Command, path string) {
		var list []string
		for _, sub := range c.Sub {
			list = append(list, quote(strings.ReplaceAll(sub.Name+":"+sub.Short, "\n", " ")))
		}
		for _, f := range flagsOf(c) {
			list = append(list, quote("--"+f.Name+":"+strings.ReplaceAll(f.Usage, "\n", " ")))
		}
		fmt.Fprintf(&b, "    %s) list=(%s) ;;\n", quote(path), strings.Join(list, " "))
	})
	fmt.Fprintf(&b, "  esac\n  _describe %s list || _files\n}\nif [ \"$funcstack[1]\" = %s ]; then\n  %s \"$@\"\nelse\n  compdef %s %s\nfi\n",
		quote(root.Name), quote(function(root)), function(root), function(root), root.Name)
	return b.String()
}

// fish has a line for each word (complete(1) of fish).
func fish(root *Command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# fish completion of %s; made by: %s completion fish\n", root.Name, root.Name)
	each(root, root.Name, func(c *Command, path string) {
		when := within(root, path)
		for _, sub := range c.Sub {
			fmt.Fprintf(&b, "complete -c %s -f -n %s -a %s -d %s\n", root.Name, quote(when+notYet(c)), quote(sub.Name), quote(sub.Short))
		}
		for _, f := range flagsOf(c) {
			more := ""
			if takesValue(f) {
				more = " -r"
			}
			fmt.Fprintf(&b, "complete -c %s -n %s -l %s%s -d %s\n", root.Name, quote(when), quote(f.Name), more, quote(f.Usage))
		}
	})
	return b.String()
}

// within is fish's condition for standing behind a path of commands.
func within(root *Command, path string) string {
	rest := strings.Fields(strings.TrimPrefix(path, root.Name))
	if len(rest) == 0 {
		return "true"
	}
	var all []string
	for _, word := range rest {
		all = append(all, "__fish_seen_subcommand_from "+word)
	}
	return strings.Join(all, "; and ")
}

// notYet is the condition that no subcommand stands there.
func notYet(c *Command) string {
	var names []string
	for _, sub := range c.Sub {
		names = append(names, sub.Name)
	}
	return "; and not __fish_seen_subcommand_from " + strings.Join(names, " ")
}

// quote is a word that no shell takes apart.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
