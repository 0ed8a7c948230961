package main

import (
	"context"
	"fmt"
	"os"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/verify/policy"
)

func policyCommand() *cli.Command {
	return &cli.Command{
		Name: "policy", Short: "quy định / rules",
		Examples: []string{"provincectl policy test sample/policy.toml", "provincectl policy explain sample/policy.toml"},
		Sub:      []*cli.Command{policyTest(), policyExplain(), policyFacts(), policyDryRun()},
	}
}

func policyTest() *cli.Command {
	return &cli.Command{
		Name: "test", Short: "kiểm tra một quy định / type-check a policy and run its own tests",
		Examples: []string{"provincectl policy test sample/policy.toml"},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) != 1 {
				return cli.Usage("policy test: want one policy file")
			}
			p, err := readPolicy(args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(io.Out, "%s (no. %d): %d tests passed\n", p.Name(), p.Number(), p.Tests())
			return nil
		},
	}
}

// policyFacts is for whoever writes a rule at a desk without this repository.
func policyFacts() *cli.Command {
	return &cli.Command{
		Name: "facts", Short: "quy tắc hỏi được gì / what rules may ask, and what each is of a plain adult",
		Examples: []string{"provincectl policy facts"},
		Run: func(_ context.Context, io cli.IO, args []string) error {
			if len(args) > 0 {
				return cli.Usage("policy facts: unexpected argument %q", args[0])
			}
			for _, w := range policy.Language() {
				fmt.Fprintf(io.Out, "%s = %s (%s)\n    vi: %s\n    en: %s\n", w.Name, value(w.Plain), w.Type, w.Vietnamese, w.English)
			}
			return nil
		},
	}
}

func readPolicy(path string) (*policy.Policy, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	p, err := snapshots.Policy(text)
	if err != nil {
		return nil, cli.Hint(fmt.Errorf("%s: %w", path, err), "quy tắc hỏi được gì: provincectl policy facts / provincectl policy facts lists what rules may ask")
	}
	return p, nil
}
