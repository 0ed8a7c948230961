package report_test

import (
	"os"
	"path/filepath"
	"testing"

	"checkpoint/cmd/internal/report"
)

func TestSectionIsReplacedAndTheRestStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "docs", "benchmarks.md")
	check := func(text, want string) {
		t.Helper()
		if err := report.Replace(path, "lane", text); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(path); string(got) != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	check("a\n", "<!-- lane:begin -->\na\n<!-- lane:end -->\n")
	check("b\n", "<!-- lane:begin -->\nb\n<!-- lane:end -->\n")
	if err := os.WriteFile(path, []byte("before\n<!-- lane:begin -->\nb\n<!-- lane:end -->\nafter\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	check("c\n", "before\n<!-- lane:begin -->\nc\n<!-- lane:end -->\nafter\n")
}

func TestSectionWithoutEndIsNotOverwritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "benchmarks.md")
	if err := os.WriteFile(path, []byte("<!-- lane:begin -->\nsomebody's text\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := report.Replace(path, "lane", "new\n"); err == nil {
		t.Error("text after a lost end marker is replaced")
	}
}
