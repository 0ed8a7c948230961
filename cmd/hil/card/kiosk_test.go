package card

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"checkpoint/image/slots"
)

// The image with a display shows the guard's page on it: somebody whom the guard is
// asked about fills the screen with the colour of that. The browser's memory counts
// against its unit, which has a limit.
func TestTheDisplayShowsTheGuardsPage(t *testing.T) {
	p, who := newProvince(t), newTechnician(t)
	p.wire(&withDisplay)
	m := newMachineOf(t, kioskImage(t), func(card string) { p.put(card); who.seed(t, card) })
	m.board = &withDisplay
	m.start()
	m.awaitReady(slots.A)
	m.await("a page on the display", func() bool { return m.coloured(white) > 0.5 })
	_, err := io.WriteString(m.scanner, p.payload("amber")+"\r")
	must(t, err)
	m.await("a question to the guard on the display", func() bool { return m.coloured(check) > 0.2 })
	m.login(who)
	used, err := strconv.Atoi(strings.TrimSpace(who.run(t, "systemctl show --property=MemoryCurrent --value checkpoint-kiosk")))
	must(t, err)
	if used < 100<<20 || used > 900<<20 { // no browser is smaller
		t.Errorf("%d MiB of the display's memory count against its unit", used>>20)
	}
	t.Logf("the display's memory: %d MiB", used>>20)
}

// kioskImage builds the image with a display, unless it is given: the first time
// some ten minutes.
func kioskImage(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("CHECKPOINT_KIOSK_IMAGE"); dir != "" {
		return filepath.Join(dir, "card.img")
	}
	t.Setenv("KIOSK", "1")
	must(t, build("1.0.0", "", "--uncompressed"))
	return filepath.Join(root, "bin", "image-kiosk", "card.img")
}

// withDisplay has a display, and the memory that the page on it wants.
var withDisplay = hardware{
	args: func(m *machine) []string {
		return append(virtualArgs(m), "-m", "4096", "-device", "virtio-gpu-pci")
	},
	levels: virtual.levels, pins: virtual.pins, scanner: virtual.scanner,
	page: "decision_inputs = [\"page\", \"control\"]\n[page]\nlisten = \"127.0.0.1:8080\"",
}

// Colours of the guard's page (console/page).
var (
	white = [3]byte{0xff, 0xff, 0xff}
	check = [3]byte{0xff, 0xe0, 0x00}
)

// coloured is the share of the display that has a colour.
func (m *machine) coloured(colour [3]byte) float64 {
	m.t.Helper()
	shot := m.path("display.ppm")
	m.command("screendump " + shot)
	b, err := os.ReadFile(shot)
	must(m.t, err)
	r := bufio.NewReader(bytes.NewReader(b))
	var width, height, most int
	_, err = fmt.Fscanf(r, "P6\n%d %d\n%d\n", &width, &height, &most) // ppm(5)
	must(m.t, err)
	pixels, err := io.ReadAll(r)
	must(m.t, err)
	have := 0
	for at := 0; at+3 <= len(pixels); at += 3 {
		if [3]byte(pixels[at:at+3]) == colour {
			have++
		}
	}
	return float64(have) / float64(width*height)
}
