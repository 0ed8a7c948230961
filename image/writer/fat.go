package writer

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf16"
)

// ErrNoSeed: the image has no file to put the seed into.
var ErrNoSeed = errors.New("ảnh không có checkpoint.toml / the image has no checkpoint.toml")

// seedName is the file that the seed goes into (image/seed).
const seedName = "checkpoint.toml"

// fat is a FAT32 file system on a disk (Microsoft, fatgen103): as much of it as is
// needed to overwrite a file where it lies. Nothing is moved and nothing is
// allocated, so no operating system has to mount it.
type fat struct {
	disk            io.ReaderAt
	cluster         int64 // bytes
	table, contents int64 // where the table and cluster 2 begin
	root            uint32
}

// openFAT finds the first partition of a disk, by its MBR.
func openFAT(disk io.ReaderAt) (*fat, error) {
	mbr, boot := make([]byte, sector), make([]byte, sector)
	if _, err := disk.ReadAt(mbr, 0); err != nil {
		return nil, err
	}
	start := int64(binary.LittleEndian.Uint32(mbr[446+8:])) * sector
	if _, err := disk.ReadAt(boot, start); err != nil {
		return nil, err
	}
	le := binary.LittleEndian
	f := &fat{disk: disk, cluster: int64(boot[13]) * sector, root: le.Uint32(boot[44:])}
	f.table = start + int64(le.Uint16(boot[14:]))*sector
	f.contents = f.table + int64(boot[16])*int64(le.Uint32(boot[36:]))*sector
	if mbr[510] != 0x55 || boot[510] != 0x55 || le.Uint16(boot[11:]) != sector || f.cluster == 0 || f.cluster > 1<<20 || string(boot[82:87]) != "FAT32" {
		return nil, ErrNoImage
	}
	return f, nil
}

// sector is what a card is read in at least, bytes.
const sector = 512

// chain are the places of a file's clusters on the disk.
func (f *fat) chain(first uint32) ([]int64, error) {
	const most = 1 << 16
	var list []int64
	entries := make([]byte, sector) // a raw disk of Windows or macOS gives whole sectors alone
	for n := first & 0x0fffffff; n >= 2 && n < 0x0ffffff8; {
		if len(list) == most {
			return nil, ErrNoImage
		}
		list = append(list, f.contents+int64(n-2)*f.cluster)
		at := f.table + int64(n)*4
		if _, err := f.disk.ReadAt(entries, at-at%sector); err != nil {
			return nil, err
		}
		n = binary.LittleEndian.Uint32(entries[at%sector:]) & 0x0fffffff
	}
	return list, nil
}

// find is the entry of a file in the root directory.
func (f *fat) find(name string) (entry []byte, err error) {
	clusters, err := f.chain(f.root)
	if err != nil {
		return nil, err
	}
	long := ""
	for _, place := range clusters {
		b := make([]byte, f.cluster)
		if _, err := f.disk.ReadAt(b, place); err != nil {
			return nil, err
		}
		for i := 0; i+32 <= len(b); i += 32 {
			e := b[i : i+32]
			switch {
			case e[0] == 0:
				return nil, ErrNoSeed
			case e[0] == 0xe5:
				long = ""
			case e[11] == 0x0f: // a part of a long name; the last part comes first
				long = longPart(e) + long
			default:
				if strings.EqualFold(long, name) {
					return bytes.Clone(e), nil
				}
				long = ""
			}
		}
	}
	return nil, ErrNoSeed
}

// file is where a file of the root directory lies, and how many bytes it has.
func (f *fat) file(name string) (clusters []int64, size int, err error) {
	entry, err := f.find(name)
	if err != nil {
		return nil, 0, err
	}
	le := binary.LittleEndian
	clusters, err = f.chain(uint32(le.Uint16(entry[20:]))<<16 | uint32(le.Uint16(entry[26:])))
	return clusters, int(le.Uint32(entry[28:])), err
}

func longPart(e []byte) string {
	var units []uint16
	for _, at := range []int{1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30} {
		u := binary.LittleEndian.Uint16(e[at:])
		if u == 0 || u == 0xffff {
			break
		}
		units = append(units, u)
	}
	return string(utf16.Decode(units))
}

// plant puts the seed in place of the file that the image has, and reads it back.
func plant(disk *os.File, seed []byte) error {
	f, err := openFAT(disk)
	if err != nil {
		return err
	}
	clusters, size, err := f.file(seedName)
	if err != nil {
		return err
	}
	if room := min(int64(size), int64(len(clusters))*f.cluster); int64(len(seed)) > room {
		return fmt.Errorf("%s: %d byte, chỉ có chỗ cho %d / %d bytes, there is room for %d", seedName, len(seed), room, len(seed), room)
	}
	// Filled up with empty lines, so that neither the entry nor the table change.
	seed = append(bytes.Clone(seed), bytes.Repeat([]byte("\n"), size-len(seed))...)
	rest := seed
	for _, place := range clusters {
		b := make([]byte, f.cluster)
		rest = rest[copy(b, rest):]
		if err := writeAt(disk, b, place); err != nil {
			return err
		}
	}
	if err := errors.Join(flush(disk), forget(disk)); err != nil {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	got, err := f.read(clusters, len(seed))
	if err != nil || !bytes.Equal(got, seed) {
		return ErrCard
	}
	return nil
}

func (f *fat) read(clusters []int64, size int) ([]byte, error) {
	var all []byte
	for _, place := range clusters {
		b := make([]byte, f.cluster)
		if _, err := f.disk.ReadAt(b, place); err != nil {
			return nil, err
		}
		all = append(all, b...)
	}
	return all[:min(size, len(all))], nil
}
