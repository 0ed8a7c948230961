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
		Sub:      []*cli.Command{policyTest(), policyExplain()},
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

func readPolicy(path string) (*policy.Policy, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read policy: %w", err)
	}
	p, err := snapshots.Policy(text)
	if err != nil {
		return nil, cli.Hint(fmt.Errorf("%s: %w", path, err), "what rules may ask is in verify/policy/facts.go")
	}
	return p, nil
}
