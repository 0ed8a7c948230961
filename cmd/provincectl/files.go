package main

import (
	"fmt"
	"io"
	"iter"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build/input"
	"checkpoint/store/snapshot"
	"checkpoint/verify/policy"
)

type closers []io.Closer

func (c closers) close() {
	for _, f := range c {
		f.Close() // read only: nothing can be lost
	}
}

// open opens an input file, if one is named, and reads it as rows.
func open[T any](files *closers, path string, read func(string, io.Reader) iter.Seq2[T, error], into *iter.Seq2[T, error]) error {
	if path == "" {
		return nil
	}
	f, err := input.Open(path)
	if err != nil {
		return err
	}
	*files = append(*files, f)
	*into = read(path, f)
	return nil
}

// readColumns reads the province's own column names, if a file of them is named.
func readColumns(path string) (input.Columns, error) {
	if path == "" {
		return nil, nil
	}
	columns, err := input.ReadColumns(path)
	return columns, cli.Hint(err, "mỗi nguồn một bảng, như [people], với các dòng như number = \"SO_DINH_DANH\"; xem docs/formats.md / a table for each input, such as [people], with lines such as number = \"SO_DINH_DANH\"; see docs/formats.md")
}

// inspectPolicyAndTrust ends the output of snapshot inspect.
func inspectPolicyAndTrust(io cli.IO, m snapshot.Manifest, raw []byte, signatures []snapshot.Signature, trustFile string) error {
	p, err := policy.Parse(m.Policy)
	if err != nil {
		return err
	}
	fmt.Fprintf(io.Out, "  policy: %s (no. %d), %d tests passed\n", p.Name(), p.Number(), p.Tests())
	if len(m.Trusted) > 0 {
		fmt.Fprintf(io.Out, "  trust list: %s\n", trustWords(m.Trusted))
	}
	if len(m.Zones) > 0 {
		fmt.Fprintf(io.Out, "  levels of communes: %s\n", zoneWords(m.Zones))
	}
	if trustFile == "" {
		return nil
	}
	trust, err := snapshot.ReadTrust(trustFile)
	if err != nil {
		return err
	}
	if _, err := snapshot.Accept(raw, signatures, trust); err != nil {
		return cli.Hint(err, "cần %[1]d cán bộ ký / %[1]d officers must sign it: provincectl snapshot sign", trust.Snapshot.Threshold)
	}
	fmt.Fprintf(io.Out, "  signatures: good, at least %d of %d\n", trust.Snapshot.Threshold, len(trust.Snapshot.Keys))
	return nil
}
