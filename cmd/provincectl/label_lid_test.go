package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	pins := pinsOn(t, string(words))
	manual, err := os.ReadFile("../../docs/install.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]string{} // | `name`, … | pin, … | line, … |
	for _, row := range regexp.MustCompile("(?m)^\\| `[a-z_0-9`, ]+ \\| ([0-9, ]+) \\| ([0-9, ]+) \\|").FindAllStringSubmatch(string(manual), -1) {
		for i, line := range strings.Split(row[2], ", ") {
			told[line] = strings.Split(row[1], ", ")[i]
		}
	}
	for _, w := range wiring.Standard().Wires() {
		if line := strings.TrimPrefix(w.Line, "GPIO"); pins[line] == "" || pins[line] != told[line] {
			t.Errorf("%s (%s) is pin %q on the card, %q in the manual:\n%s", w.Line, w.Key, pins[line], told[line], words)
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

// pinsOn are the pins that a card names for each line, below it.
func pinsOn(t *testing.T, words string) map[string]string {
	t.Helper()
	pins := map[string]string{}
	var lines []string
	for row := range strings.Lines(words) {
		if found := regexp.MustCompile(`GPIO ([0-9]+(?:, [0-9]+)*)`).FindStringSubmatch(row); found != nil {
			lines = strings.Split(found[1], ", ")
		} else if found := regexp.MustCompile(`pins ([0-9]+(?:, [0-9]+)*)`).FindStringSubmatch(row); found != nil {
			for i, pin := range strings.Split(found[1], ", ") {
				if i >= len(lines) {
					t.Fatalf("more pins than lines: %s", row)
				}
				pins[lines[i]] = pin
			}
		}
	}
	return pins
}
