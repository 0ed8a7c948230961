package main

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newTable is a first sector as sfdisk writes it, with a last partition of 64 MiB.
func newTable(t *testing.T) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "card")
	must(t, os.WriteFile(file, nil, 0o600))
	must(t, os.Truncate(file, 1<<30))
	cmd := exec.Command("/usr/sbin/sfdisk", "--quiet", file)
	cmd.Stdin = strings.NewReader("label: dos\nlabel-id: 0x43484b50\nstart=16MiB, size=96MiB, type=c\nstart=112MiB, size=384MiB, type=da\nstart=496MiB, size=384MiB, type=da\nstart=880MiB, size=64MiB, type=83\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	b, err := os.ReadFile(file)
	must(t, err)
	return b[:sectorSize]
}

// A bigger card gives its room to the last partition, once; nothing else changes,
// and a card without our id is nobody's business.
func TestTheLastPartitionGrowsToTheCardsEnd(t *testing.T) {
	table := newTable(t)
	before := slices.Clone(table)
	const begin = 880 << 20 / sectorSize
	for _, c := range []struct{ card, want int64 }{
		{1 << 30, 1<<30 - 880<<20},
		{1<<30 + 3<<20, 1<<30 - 880<<20}, // not a whole unit more
		{32 << 30, 32<<30 - 880<<20},
		{16 << 30, 32<<30 - 880<<20}, // never smaller
		{4 << 40, (1<<32 - 1) * sectorSize},
	} {
		extend(table, c.card/sectorSize)
		if got := int64(binary.LittleEndian.Uint32(table[446+3*16+12:])) * sectorSize; got != c.want {
			t.Errorf("on a card of %d: %d bytes, want %d", c.card, got, c.want)
		}
	}
	if extend(table, 16<<30/sectorSize) {
		t.Error("a partition that reaches the end is written again")
	}
	copy(before[446+3*16+12:][:4], table[446+3*16+12:])
	if !slices.Equal(before, table) || binary.LittleEndian.Uint32(table[446+3*16+8:]) != begin {
		t.Error("more changed than the size")
	}
	if !isTable(table) {
		t.Error("our own table is not known")
	}
	table[440]++
	if isTable(table) {
		t.Error("somebody else's disk is taken for ours")
	}
}

// Modules come after what they need, by name or by what a device says of itself.
func TestModulesAreFoundAsDepmodListsThem(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "modules.dep"), []byte("kernel/fs/ext4.ko.xz: kernel/fs/jbd2.ko.xz kernel/lib/crc16.ko.xz\nkernel/fs/jbd2.ko.xz:\nkernel/lib/crc16.ko.xz:\nkernel/drivers/md/dm-verity.ko.xz:\n"), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "modules.alias"), []byte("# Aliases\nalias of:N*T*Cbrcm,bcm2711-emmc2C* sdhci_iproc\nalias of:N*T*Cbrcm,bcm2711-emmc2 sdhci_iproc\nalias virtio:d00000002v* virtio_blk\n"), 0o600))
	m, err := readModulesIn(dir)
	must(t, err)
	if file := m.names[moduleName("dm-verity")]; file != "kernel/drivers/md/dm-verity.ko.xz" {
		t.Errorf("dm-verity is %q", file)
	}
	if needs := m.needs[m.names["ext4"]]; !slices.Equal(needs, []string{"kernel/fs/jbd2.ko.xz", "kernel/lib/crc16.ko.xz"}) {
		t.Errorf("ext4 needs %q", needs)
	}
	for device, want := range map[string][]string{
		"of:NmmcT(null)Cbrcm,bcm2711-emmc2": {"sdhci_iproc"},
		"virtio:d00000002v00001AF4":         {"virtio_blk"},
		"of:NmmcT(null)Cother":              nil,
	} {
		if got := m.driver(device); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", device, got, want)
		}
	}
	must(t, m.load("built_into_the_kernel"))
}

func TestTheVerityTable(t *testing.T) {
	hash, salt := strings.Repeat("ab", 32), strings.Repeat("cd", 32)
	sectors, table, err := verityTable("25000 25000 "+hash+" "+salt+"\n", "/dev/mmcblk0p2")
	must(t, err)
	if want := "1 /dev/mmcblk0p2 /dev/mmcblk0p2 4096 4096 25000 25000 sha256 " + hash + " " + salt + " 1 restart_on_corruption"; sectors != 200000 || table != want {
		t.Errorf("%d sectors, %s", sectors, table)
	}
	if _, _, err := verityTable("", "/dev/mmcblk0p2"); err == nil {
		t.Error("nothing was taken for a table")
	}
}

// The id is made once, and one that was half written is made again.
func TestTheMachineKeepsItsID(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seed", "machine-id")
	first, err := machineID(file)
	must(t, err)
	again, err := machineID(file)
	must(t, err)
	if string(first) != string(again) || len(first) != 33 {
		t.Errorf("%q, then %q", first, again)
	}
	must(t, os.Remove(file))
	must(t, os.WriteFile(file, first[:7], 0o400))
	if fresh, err := machineID(file); err != nil || len(fresh) != 33 || string(fresh) == string(first) {
		t.Errorf("of a half: %q, %v", fresh, err)
	}
}

// A damaged data file system does not keep the machine from starting.
func TestDamagedDataAreGoneRound(t *testing.T) {
	dir := t.TempDir()
	unreadable := filepath.Join(dir, "machine-id")
	must(t, os.MkdirAll(filepath.Join(unreadable, "x"), 0o700))
	if id, err := machineID(unreadable); err == nil || len(id) != 33 {
		t.Errorf("%q, %v", id, err)
	}
	file := filepath.Join(dir, "config")
	must(t, os.WriteFile(file, []byte("rot"), 0o600))
	must(t, folder(file, 0o755))
	must(t, folder(file, 0o755)) // the next start
	if kept, err := os.ReadFile(file + ".damaged"); err != nil || string(kept) != "rot" {
		t.Errorf("%q, %v", kept, err)
	}
}

func TestPartitionsOfEveryKindOfCard(t *testing.T) {
	for c, want := range map[card]string{"mmcblk0": "/dev/mmcblk0p4", "vda": "/dev/vda4", "sda": "/dev/sda4"} {
		if got := c.partition(4); got != want {
			t.Errorf("%s: %s", c, got)
		}
	}
	if rank("mmcblk1") >= rank("vda") || rank("vda") >= rank("sda") {
		t.Error("a card must come before a stick")
	}
}

// The RAM disk is given back to the machine, and what is mounted on it stays: the
// system among it.
func TestTheRAMDiskIsEmptied(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"usr/lib/modules/driver.ko", "init", "dev/null", "rw/upper/etc/kept"} {
		must(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
		must(t, os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600))
	}
	must(t, os.Symlink("usr/lib", filepath.Join(dir, "lib")))
	left := 0
	if os.Geteuid() == 0 {
		rw := filepath.Join(dir, "rw")
		must(t, unix.Mount("tmpfs", rw, "tmpfs", 0, ""))
		t.Cleanup(func() { must(t, unix.Unmount(rw, 0)) })
		must(t, os.WriteFile(filepath.Join(rw, "kept"), []byte("x"), 0o600))
		left = 1
	} else {
		t.Log("not root: nothing mounted on it")
	}
	must(t, clearDisk(dir))
	entries, err := os.ReadDir(dir)
	must(t, err)
	if len(entries) != left {
		t.Errorf("left: %v", entries)
	}
	if left == 1 {
		if text, err := os.ReadFile(filepath.Join(dir, "rw/kept")); err != nil || string(text) != "x" {
			t.Errorf("what was mounted: %q, %v", text, err)
		}
	}
}

// A kernel with huge pages is told to leave them, one without any is none the worse.
func TestProgramsGetSmallPages(t *testing.T) {
	file := filepath.Join(t.TempDir(), "enabled")
	must(t, smallPages(file))
	if _, err := os.Stat(file); err == nil {
		t.Error("a file was made of a kernel's setting")
	}
	must(t, os.WriteFile(file, nil, 0o600))
	must(t, smallPages(file))
	if text, err := os.ReadFile(file); err != nil || string(text) != "never" {
		t.Errorf("%q, %v", text, err)
	}
}
