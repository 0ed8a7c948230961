package build_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/build"
	"checkpoint/store/build/input"
	"checkpoint/store/snapshot"
)

func declared(code, number string) input.Declaration {
	return input.Declaration{
		Code: code, Number: number, Name: "Nguyễn Văn An", Birth: date("1990-08-15"), From: "00001", To: "10507",
		Declared: time.Date(2021, 10, 15, 8, 0, 0, 0, time.UTC),
	}
}

// A code leads to whoever declared, without a birth date; also to somebody who
// is not in the data.
func TestACodeLeadsToWhoDeclared(t *testing.T) {
	r := open(t, files{people: two(), declared: []input.Declaration{declared("TK-1", an), declared("TK-2", "C7654321")}})
	d, err := r.Declared("TK-1", "NGUYEN VAN AN")
	must(t, err)
	if d == nil || d.Kind != checkpoint.KindCCCD || d.Number != an || d.Birth != date("1990-08-15") || d.Name != checkpoint.Agrees || !d.At.Equal(declared("", "").Declared) || d.From != "00001" || d.To != "10507" {
		t.Errorf("%+v", d)
	}
	if d, err := r.Declared("TK-2", "TRAN VAN BINH"); err != nil || d == nil || d.Kind != checkpoint.KindPassport || d.Name != checkpoint.Differs {
		t.Errorf("of a foreigner: %+v, %v", d, err)
	}
	for _, code := range []string{"TK-3", an, ""} {
		if d, err := r.Declared(code, ""); err != nil || d != nil {
			t.Errorf("%q: %+v, %v", code, d, err)
		}
	}
}

func TestDeclarationsThatCannotBeBuilt(t *testing.T) {
	far := declared("TK-4", an)
	far.To = "too long a code"
	src := files{people: two(), declared: []input.Declaration{declared("TK-1", an), far}}.source()
	lines := 0
	src.DeclaredFile, src.DeclaredLine = "declarations.csv", func() int { lines++; return lines + 1 }
	dir := t.TempDir()
	must(t, os.MkdirAll(snapshot.LayersDir(dir), 0o755))
	_, _, err := build.Layer(src, plan(), snapshot.Pepper{1, 2, 3}, snapshot.LayersDir(dir))
	if err == nil || !strings.Contains(err.Error(), "declarations.csv:3: ") || !strings.Contains(err.Error(), "commune code") {
		t.Errorf("a commune that no record holds: %v", err)
	}
	lines = 0
	twice := files{people: two(), declared: []input.Declaration{declared("TK-1", an), declared("TK-1", binh)}}.source()
	twice.PeopleFile, twice.PeopleLine, twice.DeclaredFile, twice.DeclaredLine = "people.csv", func() int { return 2 }, "declarations.csv", src.DeclaredLine
	_, _, err = build.Layer(twice, plan(), snapshot.Pepper{1, 2, 3}, snapshot.LayersDir(dir))
	var duplicate *snapshot.DuplicateError
	if !errors.As(err, &duplicate) || !strings.Contains(err.Error(), "declarations.csv:3: its declaration number stands in an earlier row too (declarations.csv:2)") {
		t.Errorf("a code twice: %v", err)
	}
}
