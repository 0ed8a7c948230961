package card

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint/image/slots"
)

// tailSize is the end of a slot with kernel and initial RAM disk (image/pack).
const tailSize = 32 << 20

// partitionOf finds a partition of a card, in bytes.
func partitionOf(t *testing.T, card string, n int) (begin, size int64) {
	t.Helper()
	f, err := os.Open(card)
	must(t, err)
	defer f.Close()
	table := make([]byte, 512)
	_, err = f.ReadAt(table, 0)
	must(t, err)
	entry := table[446+16*(n-1):]
	return int64(binary.LittleEndian.Uint32(entry[8:])) * 512, int64(binary.LittleEndian.Uint32(entry[12:])) * 512
}

// write puts bytes onto a card.
func write(t *testing.T, card string, b []byte, at int64) {
	t.Helper()
	f, err := os.OpenFile(card, os.O_WRONLY, 0)
	must(t, err)
	defer f.Close()
	_, err = f.WriteAt(b, at)
	must(t, err)
}

// putData gives a card a data partition of so many MiB with the files of a folder.
func putData(t *testing.T, card, from string, mib int64) {
	t.Helper()
	begin, _ := partitionOf(t, card, 4)
	size := make([]byte, 4)
	binary.LittleEndian.PutUint32(size, uint32(mib<<20/512))
	write(t, card, size, 446+16*3+12)
	partition := filepath.Join(t.TempDir(), "data")
	run(t, "truncate", "-s", fmt.Sprint(mib, "M"), partition)
	run(t, "mke2fs", "-q", "-t", "ext4", "-b", "4096", "-L", "checkpoint-data", "-E", "root_owner=0:0", "-d", from, partition)
	run(t, "truncate", "-s", fmt.Sprint(begin+mib<<20), card)
	run(t, "dd", "if="+partition, "of="+card, "bs=1M", fmt.Sprint("seek=", begin>>20), "conv=notrunc,sparse", "status=none")
}

// dataFile is a file on a card's data partition; nil: there is none.
func dataFile(t *testing.T, card, name string) []byte {
	t.Helper()
	begin, size := partitionOf(t, card, 4)
	partition := filepath.Join(t.TempDir(), "data")
	run(t, "dd", "if="+card, "of="+partition, "bs=1M", fmt.Sprint("skip=", begin>>20), fmt.Sprint("count=", size>>20), "conv=sparse", "status=none")
	run(t, "e2fsck", "-p", "-f", partition)
	out := filepath.Join(t.TempDir(), "file")
	run(t, "debugfs", "-R", "dump "+name+" "+out, partition)
	b, err := os.ReadFile(out)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	return b
}

// prefer has a system started first, as an update would that has just written it.
func prefer(t *testing.T, card string, n slots.Name) {
	t.Helper()
	changeState(t, card, func(s *slots.State) { s.Prefer(n) })
}

func changeState(t *testing.T, card string, how func(*slots.State)) {
	t.Helper()
	f, err := os.OpenFile(card, os.O_RDWR, 0)
	must(t, err)
	defer f.Close()
	must(t, slots.Change(f, how))
}

// spoilInitrd gives a slot an initial RAM disk without process 1, with good
// checksums.
func spoilInitrd(t *testing.T, card string, tail int64) {
	t.Helper()
	dir := t.TempDir()
	part := func(name string) string { return filepath.Join(dir, name) }
	b, err := os.ReadFile(card)
	must(t, err)
	texts := headOf(b[tail:])
	kernel := b[tail+texts["kernel_start"]*512:][:texts["kernel_bytes"]]
	must(t, os.WriteFile(part("kernel"), kernel, 0o600))
	empty := exec.Command("cpio", "--create", "--format=newc", "--quiet")
	empty.Stdin = strings.NewReader("")
	archive, err := empty.Output()
	must(t, err)
	must(t, os.WriteFile(part("initrd"), archive, 0o600))
	run(t, "go", "run", "checkpoint/image/pack", "tail", part("kernel"), part("initrd"), part("tail"))
	spoiled, err := os.ReadFile(part("tail"))
	must(t, err)
	write(t, card, spoiled, tail)
}

// headOf reads the numbers at the beginning of a slot's end.
func headOf(tail []byte) map[string]int64 {
	texts := map[string]int64{}
	for text := range bytes.SplitSeq(tail[4:slots.BlockSize], []byte{0}) {
		name, value, ok := strings.Cut(string(text), "=")
		if !ok {
			break
		}
		var n int64
		for _, digit := range value {
			n = n<<4 | int64(strings.IndexRune("0123456789abcdef", digit))
		}
		texts[name] = n
	}
	return texts
}

func (m *machine) saidOnce(text string) bool { return strings.Contains(m.said(), text) }
