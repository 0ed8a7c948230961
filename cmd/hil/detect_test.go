package hil

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/scanner/readertest"
)

// What detect prints of a scanner goes into the configuration as it is: the
// daemon finds it good, and it is that scanner that is read.
func TestDetectedLinesCanBeCopied(t *testing.T) {
	keys, com := newKeyboardBench(t), newSerialBench(t)
	pos := newHID(t, "lab scanner", readertest.ScannerDescriptor())
	t.Cleanup(func() { keys.Close(); pos.Close(); com.Close() })
	link := "/dev/checkpoint/scanner-lab" // as udev makes it
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(com.Device(), link); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(link) })

	said, err := exec.Command("/bin/checkpointctl", "detect").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	list := []outlet{
		{bench: keys, node: keys.Event},
		{bench: pos, node: pos.Hidraw},
		{bench: com, node: com.Device},
	}
	var copied []string
	for i := range list {
		lines := readerLines(string(said), list[i].node())
		name, ok := strings.CutPrefix(strings.Split(lines, "\n")[0], "name = ")
		if !ok {
			t.Fatalf("nothing to copy for %s in\n%s", list[i].node(), said)
		}
		list[i].name = strings.Trim(name, `"`)
		copied = append(copied, lines)
	}
	b := newBox(t, copied...)
	list[0].send = func(code string) { sendAll(b, keys.HID, keys.encoding.Type(code, readertest.Enter)) }
	list[1].send = func(code string) { sendAll(b, pos.HID, readertest.Reports(code)) }
	list[2].send = func(code string) { b.must(com.Send(code)) }
	if out, err := exec.Command("/bin/checkpointd", "--check", "--config", filepath.Join(b.dir, "checkpoint.toml")).CombinedOutput(); err != nil {
		t.Errorf("checkpointd --check: %v\n%s\nof\n%s", err, out, strings.Join(copied, "\n"))
	}
	s := &soak{box: b}
	s.listen()
	for _, o := range list {
		s.show(o)
		b.must(o.bench.Unplug())
		b.awaitReader(o.name, false)
	}
}

// readerLines is what stands below [[lane.reader]] of the device with that node.
func readerLines(said, node string) string {
	var lines []string
	here, section := false, false
	for line := range strings.Lines(said) {
		text, inside := strings.CutPrefix(line, "    ")
		switch {
		case !inside:
			here, section = strings.Contains(line, "  "+node+"  "), false
		case here && strings.TrimSpace(text) == "[[lane.reader]]":
			section = true
		case section:
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "")
}
