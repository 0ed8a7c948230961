package main

import (
	"bytes"
	"fmt"
	"hash/crc32"
	"math/bits"
	"os"

	"checkpoint/image/slots"
)

// tailSize is the end of a slot that is not the system's file system: kernel and
// initial RAM disk, found by the loader without a file system. boot.cmd has it, too.
const tailSize = 32 << 20

const sector = 512

// writeTail makes the end of a slot.
func writeTail(kernel, initrd, out string) error {
	k, err := os.ReadFile(kernel)
	if err != nil {
		return err
	}
	i, err := os.ReadFile(initrd)
	if err != nil {
		return err
	}
	b, err := tail(k, i)
	if err != nil {
		return err
	}
	return os.WriteFile(out, b, 0o644)
}

func tail(kernel, initrd []byte) ([]byte, error) {
	var b bytes.Buffer
	b.Write(make([]byte, slots.BlockSize))
	texts := map[string]string{}
	for _, part := range []struct {
		name string
		data []byte
	}{{"kernel", kernel}, {"initrd", initrd}} {
		texts[part.name+"_start"] = fmt.Sprintf("%x", b.Len()/sector)
		texts[part.name+"_sectors"] = fmt.Sprintf("%x", (len(part.data)+sector-1)/sector)
		texts[part.name+"_bytes"] = fmt.Sprintf("%x", len(part.data))
		// U-Boot's itest reads little-endian what its crc32 has stored, which is
		// big-endian on boards that have other hashes, too, and little-endian on the Pi.
		sum := crc32.ChecksumIEEE(part.data)
		texts[part.name+"_crc"] = fmt.Sprintf("%x", sum)
		texts[part.name+"_swapped"] = fmt.Sprintf("%x", bits.ReverseBytes32(sum))
		b.Write(part.data)
		b.Write(make([]byte, -b.Len()&(slots.BlockSize-1)))
	}
	if b.Len() > tailSize {
		return nil, fmt.Errorf("kernel and RAM disk take %d bytes of %d", b.Len(), tailSize)
	}
	head, err := slots.Block(slots.BlockSize, texts)
	if err != nil {
		return nil, err
	}
	copy(b.Bytes(), head)
	return append(b.Bytes(), make([]byte, tailSize-b.Len())...), nil
}
