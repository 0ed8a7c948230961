package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/cmd/internal/cli"
	"checkpoint/console/doctor"
)

// The sheet in docs/print has the very code that doctor waits for.
func TestThePrintedTestCodeIsDoctors(t *testing.T) {
	out := filepath.Join(t.TempDir(), "test-code")
	var said bytes.Buffer
	if code := cli.Main(context.Background(), command(1), cli.IO{Out: &said, Err: &said}, []string{"label", "test", "--out", out}); code != cli.OK {
		t.Fatal(said.String())
	}
	made, err := os.ReadFile(out + ".pdf")
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("../../docs/print/test-code.pdf")
	if err != nil || !bytes.Equal(made, kept) {
		t.Errorf("docs/print/test-code.pdf is of another code (%v): make print", err)
	}
	for _, letter := range "ĐặọƯ|-_;=/@#0aZ" {
		if !strings.ContainsRune(doctor.TestCode, letter) {
			t.Errorf("the test code lacks %q, which scanners in keyboard mode lose or change", letter)
		}
	}
}
