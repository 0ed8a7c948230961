package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"checkpoint/image/slots"
)

// card is the card's device, by its name in /dev.
type card string

// diskID is what image/card writes into the partition table of every card.
const diskID = 0x43484b50 // "CHKP"

// patience with a card that is slow to appear.
const patience = 60 * time.Second

// findCard loads drivers until there is a disk with our partition table. A real
// card comes before a USB stick that holds a copy of the image.
func findCard(m *modules) (card, error) {
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		m.coldplug()
		blocks, err := os.ReadDir("/sys/class/block")
		if err != nil {
			return "", err
		}
		var found []card
		for _, b := range blocks {
			if c := card(b.Name()); c.whole() && c.ours() {
				found = append(found, c)
			}
		}
		if len(found) > 0 {
			return slices.MinFunc(found, func(a, b card) int { return rank(a) - rank(b) }), nil
		}
	}
	return "", errors.New("no disk has the partition table of a checkpoint card")
}

// rank of a disk: cards, then virtual ones, then all others.
func rank(c card) int {
	return slices.IndexFunc([]string{"mmcblk", "vd", ""}, func(kind string) bool { return strings.HasPrefix(string(c), kind) })
}

func (c card) whole() bool {
	_, err := os.Stat(filepath.Join("/sys/class/block", string(c), "partition"))
	return errors.Is(err, os.ErrNotExist)
}

// ours tells whether there is our partition table and the kernel has read it.
func (c card) ours() bool {
	f, err := os.Open(c.device())
	if err != nil {
		return false // an empty reader
	}
	defer f.Close()
	sector := make([]byte, sectorSize)
	if _, err := f.ReadAt(sector, 0); err != nil {
		return false
	}
	_, err = os.Stat(c.partition(4))
	return err == nil && isTable(sector)
}

const sectorSize = 512

// isTable tells whether a first sector is that of one of our cards.
func isTable(sector []byte) bool {
	return sector[510] == 0x55 && sector[511] == 0xaa && binary.LittleEndian.Uint32(sector[440:]) == diskID
}

func (c card) device() string { return "/dev/" + string(c) }

func (c card) partition(n int) string {
	between := ""
	if last := c[len(c)-1]; last >= '0' && last <= '9' {
		between = "p"
	}
	return fmt.Sprint(c.device(), between, n)
}

func (c card) slot(n slots.Name) string {
	if n == slots.B {
		return c.partition(3)
	}
	return c.partition(2)
}

// links leaves names for the card's devices that are the same on every board.
func (c card) links() error {
	if err := os.MkdirAll(runState, 0o755); err != nil {
		return err
	}
	for name, device := range map[string]string{
		filepath.Base(slots.Disk): c.device(), "firmware": c.partition(1), "slot-a": c.partition(2), "slot-b": c.partition(3), "data": c.partition(4),
	} {
		if err := os.Symlink(device, filepath.Join(runState, name)); err != nil {
			return err
		}
	}
	return nil
}

// grow gives the last partition what is left of the card: the image is smaller
// than any card, on purpose. One sector changes, which a card writes whole or not
// at all.
func (c card) grow() error {
	f, err := os.OpenFile(c.device(), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Seek(0, 2)
	if err != nil {
		return err
	}
	sector := make([]byte, sectorSize)
	if _, err := f.ReadAt(sector, 0); err != nil {
		return err
	}
	if !extend(sector, size/sectorSize) {
		return nil
	}
	if _, err := f.WriteAt(sector, 0); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := unix.IoctlSetInt(int(f.Fd()), unix.BLKRRPART, 0); err != nil {
		return fmt.Errorf("read the partition table again: %w", err)
	}
	return nil
}

// unit is what partitions end on, in sectors: 4 MiB.
const unit = 4 << 20 / sectorSize

// extend alters a partition table so that its last partition reaches the end of a
// card of that many sectors; changed is false when it does already.
func extend(table []byte, sectors int64) (changed bool) {
	entry := table[446+3*16:]
	begin := int64(binary.LittleEndian.Uint32(entry[8:]))
	size := min(sectors/unit*unit-begin, 1<<32-1)
	if size <= int64(binary.LittleEndian.Uint32(entry[12:])) {
		return false
	}
	binary.LittleEndian.PutUint32(entry[12:], uint32(size))
	return true
}
