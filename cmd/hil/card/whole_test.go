package card

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"checkpoint/image/seed"
)

// whole fails unless the card of a board that is off has what a start needs: a
// slot state, the loader's files as they were flashed, and a data file system that
// is clean once its journal was replayed. It tells what the replay had to do.
func (c *cuts) whole() string {
	c.t.Helper()
	c.state()
	if now, want := c.loader(c.card()), c.loader(imageFile("card.img")); !maps.Equal(now, want) {
		c.t.Fatalf("the loader's files have changed: %v, were %v", now, want)
	}
	return c.data()
}

// loader is what lies on the FAT partition besides the two files that the box
// writes itself: names and checksums.
func (c *cuts) loader(card string) map[string][sha256.Size]byte {
	c.t.Helper()
	dir, err := os.MkdirTemp(c.dir, "fat")
	must(c.t, err)
	defer os.RemoveAll(dir)
	begin, _ := partitionOf(c.t, card, 1)
	run(c.t, "mcopy", "-s", "-n", "-Q", "-i", card+"@@"+strconv.FormatInt(begin, 10), "::*", dir)
	sums := map[string][sha256.Size]byte{}
	must(c.t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == seed.File || d.Name() == seed.StatusFile {
			return err
		}
		b, err := os.ReadFile(path)
		sums[strings.TrimPrefix(path, dir)] = sha256.Sum256(b)
		return err
	}))
	return sums
}

// data checks a copy of the data partition, as the box mends its own: what it does
// by itself must be enough, and must leave nothing to do.
func (c *cuts) data() (replay string) {
	c.t.Helper()
	begin, size := partitionOf(c.t, c.card(), 4)
	copied := c.path("data")
	defer os.Remove(copied)
	run(c.t, "dd", "if="+c.card(), "of="+copied, "bs=1M", fmt.Sprint("skip=", begin>>20), fmt.Sprint("count=", size>>20), "conv=sparse", "status=none")
	said := mend(c.t, copied)
	if rest, err := exec.Command("/usr/sbin/e2fsck", "-f", "-n", copied).CombinedOutput(); err != nil {
		c.t.Fatalf("e2fsck -fn: %v\n%s\nafter e2fsck -p:\n%s", err, rest, said)
	}
	superblock := make([]byte, 8)
	f, err := os.Open(copied)
	must(c.t, err)
	_, err = f.ReadAt(superblock, 1024) // ext4's: at 4, how many blocks it has
	must(c.t, errors.Join(err, f.Close()))
	if blocks := int64(binary.LittleEndian.Uint32(superblock[4:])); c.settled && blocks != size/blockSize {
		c.t.Fatalf("the data file system has %d blocks, its partition %d", blocks, size/blockSize)
	}
	return strings.TrimSpace(strings.ReplaceAll(said, "\n", "; "))
}

// mend does to a file system what a box does at its start, and tells what that was.
func mend(t *testing.T, partition string) (said string) {
	t.Helper()
	out, err := exec.Command("/usr/sbin/e2fsck", "-p", partition).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) { // e2fsck(8): 1 is mended
		t.Fatalf("e2fsck -p: %v\n%s", err, out)
	}
	return string(out)
}

// blockSize of the data file system, as image/init knows it.
const blockSize = 4096
