package main

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/cmd/internal/cli"
	"checkpoint/scanner/qr/frames"
)

// The workers in Go read an easy frame and say nothing of an empty one; the
// other decoders are installed by make bench-qr and not tested here.
func TestGoWorkersAnswer(t *testing.T) {
	dir := t.TempDir()
	easy := frames.Take(frames.Ease(frames.Card), 3, 0)
	var paths []string
	for i, f := range []frames.Frame{easy, {Pix: bytes.Repeat([]byte{128}, frames.Width*frames.Height)}} {
		path := filepath.Join(dir, string(rune('a'+i))+".pgm")
		if err := writePGM(path, frames.Width, frames.Height, f.Pix); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	for _, name := range []string{ours, gozxings} {
		var out bytes.Buffer
		if err := serve(name, cli.IO{In: strings.NewReader(strings.Join(paths, "\n")), Out: &out, Err: os.Stderr}); err != nil {
			t.Fatal(err)
		}
		lines := bytes.Split(bytes.TrimSpace(out.Bytes()), []byte("\n"))
		if len(lines) != len(paths) {
			t.Fatalf("%s: %d lines for %d pictures", name, len(lines), len(paths))
		}
		for i, want := range []int{1, 0} {
			r, err := parseReply(lines[i])
			if err != nil {
				t.Fatal(err)
			}
			if read, wrong := judge(codes(string(easy.Payload)), r.answers); read != want || len(wrong) > 0 {
				t.Errorf("%s, picture %d: read %d, want %d; wrong: %v", name, i, read, want, wrong)
			}
		}
	}
}

func TestPhotographsAreReadFromAFolder(t *testing.T) {
	folder, dir := t.TempDir(), t.TempDir()
	if err := writePGM(filepath.Join(folder, "x.pgm"), 30, 20, make([]byte, 600)); err != nil {
		t.Fatal(err)
	}
	list := "# file\tset\tpayloads\nx.pgm\tmine\t" + hex.EncodeToString([]byte("one")) + "\n"
	if err := os.WriteFile(filepath.Join(folder, "truth.tsv"), []byte(list), 0o644); err != nil {
		t.Fatal(err)
	}
	s, err := photographs(folder, dir)
	if err != nil {
		t.Fatal(err)
	}
	if s.many != 1 || len(s.shots) != 1 {
		t.Fatalf("%d pictures, want 1", len(s.shots))
	}
	if read, _ := judge(s.shots[0], answers("one")); read != 1 {
		t.Error("the listed payload is not right")
	}
	b, err := os.ReadFile(s.shots[0].path)
	if want := "P5\n30 20\n255\n"; err != nil || !strings.HasPrefix(string(b), want) || len(b) != len(want)+600 {
		t.Errorf("the workers' file: %d bytes, %v", len(b), err)
	}
}

func TestADirectoryThatIsMissingIsNamed(t *testing.T) {
	o := options{dir: filepath.Join(t.TempDir(), "missing"), frames: 1}
	err := o.run(t.Context(), cli.IO{In: strings.NewReader(""), Out: os.Stderr, Err: os.Stderr})
	if err == nil || !strings.Contains(err.Error(), "--dir "+o.dir) || !strings.Contains(err.Error(), "no such directory") {
		t.Errorf("missing directory: %v", err)
	}
}
