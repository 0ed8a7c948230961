package cli_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// The next step is read by a technician at night, and by who is asked on the
// telephone: each hint that any command has is Vietnamese / English. What is a
// command and nothing else needs no language.
func TestEveryHintIsInBothLanguages(t *testing.T) {
	found := 0
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasPrefix(d.Name(), "bench") {
			return filepath.SkipDir // an engineer's, not a technician's
		}
		if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return err
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			text, said := hint(n)
			if !said || strings.Trim(text, "%s") == "" { // made elsewhere
				return true
			}
			found++
			if vi, en, both := strings.Cut(text, " / "); !isCommand(text) && (!both || !vietnamese(vi) || en == "") {
				t.Errorf("%s: not in both languages: %q", files.Position(n.Pos()), text)
			}
			return true
		})
		return nil
	})
	if err != nil || found < 100 {
		t.Errorf("%d hints found, %v", found, err)
	}
}

// hint is what a call of Hint or an Error says as far as it is written there.
func hint(n ast.Node) (text string, said bool) {
	var says ast.Expr
	switch n := n.(type) {
	case *ast.CallExpr:
		if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Hint" && len(n.Args) > 1 {
			says = n.Args[1]
		}
	case *ast.KeyValueExpr:
		if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Hint" {
			says = n.Value
		}
	}
	if says == nil {
		return "", false
	}
	ast.Inspect(says, func(n ast.Node) bool {
		if l, ok := n.(*ast.BasicLit); ok && l.Kind == token.STRING {
			s, _ := strconv.Unquote(l.Value)
			text += s
		}
		return true
	})
	return text, text != ""
}

func vietnamese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII && unicode.IsLetter(r) })
}

func isCommand(s string) bool {
	for _, name := range []string{"checkpointctl ", "provincectl ", "collectord ", "systemctl ", "journalctl "} {
		if strings.HasPrefix(s, name) {
			return len(strings.Fields(s)) <= 4
		}
	}
	return false
}
