package card

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// hardware is a kind of board that QEMU emulates.
type hardware struct {
	args    func(m *machine) []string // the machine, and where it finds loader, card and the scanner's controller
	levels  string                    // address of the register that shows the levels of its pins, which the host reads past the guest
	pins    map[string]uint           // bits of it, by what is wired there
	scanner string                    // what the daemon calls the scanner
	page    string                    // of the configuration: who decides, and where the page is; empty: there is none
}

// virtual is QEMU's own board: PCIe, and a PL061 (ARM DDI 0190) of eight pins, whose
// data register is at 3.3.1 of that. The scanner's name is the one that
// 70-checkpoint.rules gives by its socket.
var virtual = hardware{
	args:    virtualArgs,
	levels:  "0x90303fc",
	pins:    map[string]uint{"GREEN": 0, "AMBER": 1, "RED": 2, "RELAY": 4, "STATUS": 5},
	scanner: "/dev/checkpoint/scanner-platform-4010000000.pcie-pci-0000:00:04.0-usb-0:1:1.0-port0",
}

// names of the virtual board's pins in its device tree: those of docs/install.md's
// table, as far as there are pins. The fourth is wired to the power button.
const names = "GPIO17 GPIO27 GPIO22 POWER GPIO25 GPIO23 GPIO24 LINE7"

// raspberry is a Raspberry Pi 3: its own SD controller, pins and USB (BCM2835 ARM
// Peripherals, 6.1: GPLEV0), wired as docs/install.md has it. QEMU has no firmware for
// it: U-Boot and the device tree of the card are given to it as the firmware would.
var raspberry = hardware{
	args:    raspberryArgs,
	levels:  "0x3f200034",
	pins:    map[string]uint{"GREEN": 17, "AMBER": 27, "RED": 22, "RELAY": 25, "STATUS": 23},
	scanner: "/dev/checkpoint/any/scanner",
}

// drive is the card as QEMU opens it.
func (m *machine) drive() string {
	return "format=raw,cache=writeback,file=nbd+unix:///?socket=" + m.path("disk")
}

// virtualArgs: without ACPI off a board with a loader has no pins. Its device tree is
// its own, with names for the pins.
func virtualArgs(m *machine) []string {
	m.t.Helper()
	board := func(extra string) []string {
		return append([]string{"-M", "virt,acpi=off" + extra, "-cpu", "cortex-a72", "-m", "1024", "-smp", "2", "-nodefaults", "-no-user-config", "-display", "none"}, m.engine...)
	}
	tree := m.path("board.dtb")
	if _, err := os.Stat(tree); err != nil {
		run(m.t, "qemu-system-aarch64", board(",dumpdtb="+tree)...)
		run(m.t, "fdtput", append([]string{"-t", "s", tree, "/pl061@9030000", "gpio-line-names"}, strings.Fields(names)...)...)
	}
	return append(board(""), "-dtb", tree, "-bios", imageFile("u-boot-qemu.bin"),
		"-drive", "if=none,id=card,"+m.drive(), "-device", "virtio-blk-pci,drive=card",
		"-device", "virtio-net-pci,netdev=net,romfile=", "-device", "virtio-rng-pci",
		"-device", "qemu-xhci", "-device", "i6300esb", "-action", "watchdog=reset",
		"-serial", "file:"+m.console())
}

// raspberryArgs leaves out the watchdog: QEMU's resets the board when it is set, not
// when its time is over.
func raspberryArgs(m *machine) []string {
	m.t.Helper()
	begin, _ := partitionOf(m.t, m.card(), 1)
	for _, name := range []string{"u-boot.bin", "bcm2837-rpi-3-b.dtb"} {
		run(m.t, "mcopy", "-n", "-o", "-i", m.card()+"@@"+strconv.FormatInt(begin, 10), "::"+name, m.path(name))
	}
	run(m.t, "fdtput", "-t", "s", m.path("bcm2837-rpi-3-b.dtb"), "/soc/watchdog@7e100000", "status", "disabled")
	return append([]string{"-M", "raspi3b", "-smp", "4", "-nodefaults", "-no-user-config", "-display", "none"}, append(m.engine,
		"-kernel", m.path("u-boot.bin"), "-dtb", m.path("bcm2837-rpi-3-b.dtb"),
		"-drive", "if=sd,"+m.drive(), "-device", "usb-hub",
		"-serial", "null", "-serial", "file:"+m.console())...)
}

// lit tells whether a lamp's or the relay's pin is high.
func (m *machine) lit(name string) bool {
	m.t.Helper()
	bit, ok := m.board.pins[name]
	answer := m.command("xp /1wx " + m.board.levels)
	_, value, found := strings.Cut(answer, strings.TrimPrefix(m.board.levels, "0x")+": 0x")
	var levels uint
	if _, err := fmt.Sscanf(value, "%x", &levels); err != nil || !ok || !found {
		m.t.Fatalf("%s: %q: %v", name, answer, err)
	}
	return levels>>bit&1 == 1
}

// wire configures the box for a board.
func (p *province) wire(board *hardware) {
	p.t.Helper()
	config := filepath.Join(p.data(), "config")
	must(p.t, os.MkdirAll(config, 0o755))
	must(p.t, os.WriteFile(filepath.Join(config, "checkpoint.toml"), fmt.Appendf(nil, configuration, boxID, cmp.Or(board.page, "decision_inputs = [\"control\"]"), p.port(), board.scanner), 0o644))
}
