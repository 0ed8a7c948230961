package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/cmd/internal/cli"
	wiring "checkpoint/device/gate"
)

// The card in docs/print is of these words, and names the lines that the daemon
// has on the image's wiring.
func TestThePrintedLidIsOfThisBox(t *testing.T) {
	lid := func(args ...string) (int, []byte, string) {
		out := filepath.Join(t.TempDir(), "lid")
		var said bytes.Buffer
		code := cli.Main(context.Background(), command(1), cli.IO{Out: &said, Err: &said}, append([]string{"label", "lid", "--out", out}, args...))
		b, _ := os.ReadFile(out + ".pdf") // where there is none, nothing
		return code, b, said.String()
	}
	code, made, said := lid()
	kept, err := os.ReadFile("../../docs/print/box-lid.pdf")
	if code != cli.OK || err != nil || !bytes.Equal(made, kept) {
		t.Errorf("docs/print/box-lid.pdf has other words (%v %s): make print", err, said)
	}
	text := exec.Command("gs", "-q", "-dNOPAUSE", "-dBATCH", "-sDEVICE=txtwrite", "-sOutputFile=-", "-")
	text.Stdin = bytes.NewReader(made)
	words, err := text.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range wiring.Standard().Wires() {
		if number := strings.TrimPrefix(w.Line, "GPIO"); !strings.Contains(string(words), number) {
			t.Errorf("the card lacks %s (%s):\n%s", w.Line, w.Key, words)
		}
	}
	for flashes := int(wiring.NoConfiguration) + 1; flashes <= int(wiring.NoTime)+1; flashes++ {
		if !strings.Contains(string(words), fmt.Sprint(flashes)) {
			t.Errorf("the card lacks %d flashes", flashes)
		}
	}
	if code, b, said := lid("--site", strings.Repeat("Chợ Bình Tây ", 20)); code != cli.Failed || b != nil || !strings.Contains(said, "does not fit") {
		t.Errorf("a name without end: %d %s", code, said)
	}
	if code, _, said := lid("--box", "cho-1", "--site", "Chợ Bình Tây, cổng 1", "--hotline", "024 0000 0113"); code != cli.OK {
		t.Errorf("%d %s", code, said)
	}
}
