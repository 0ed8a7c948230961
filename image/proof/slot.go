package proof

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"

	"checkpoint/image/slots"
)

// ErrRot: the slot is not what was built.
var ErrRot = errors.New("the card lost what was written")

// tailSize is the end of a slot with kernel and initial RAM disk (image/pack).
const tailSize = 32 << 20

const sector = 512

// Slot proves a slot of that many bytes.
func Slot(ctx context.Context, slot io.ReaderAt, size int64) error {
	at := size - tailSize
	if at < 0 {
		return fmt.Errorf("%w: a slot of %d bytes", ErrRot, size)
	}
	head := make([]byte, slots.BlockSize)
	if _, err := slot.ReadAt(head, at); err != nil {
		return err
	}
	texts, err := slots.Texts(head)
	if err != nil {
		return fmt.Errorf("%w: list of kernel and RAM disk: %w", ErrRot, err)
	}
	if _, err := part(slot, at, texts, "kernel"); err != nil {
		return err
	}
	initrd, err := part(slot, at, texts, "initrd")
	if err != nil {
		return err
	}
	t, err := treeOf(initrd)
	if err != nil {
		return fmt.Errorf("%w: RAM disk: %w", ErrRot, err)
	}
	return t.prove(ctx, slot)
}

// part is the kernel or the initial RAM disk, by the loader's checksum.
func part(slot io.ReaderAt, at int64, texts map[string]string, name string) ([]byte, error) {
	numbers := map[string]int64{}
	for _, of := range []string{"start", "bytes", "crc"} {
		n, err := strconv.ParseInt(texts[name+"_"+of], 16, 64)
		if err != nil {
			return nil, fmt.Errorf("%w: %s_%s: %w", ErrRot, name, of, err)
		}
		numbers[of] = n
	}
	if numbers["bytes"] > tailSize {
		return nil, fmt.Errorf("%w: a %s of %d bytes", ErrRot, name, numbers["bytes"])
	}
	b := make([]byte, numbers["bytes"])
	if _, err := slot.ReadAt(b, at+numbers["start"]*sector); err != nil {
		return nil, err
	}
	if int64(crc32.ChecksumIEEE(b)) != numbers["crc"] {
		return nil, fmt.Errorf("%w: %s", ErrRot, name)
	}
	return b, nil
}

// treeOf reads /verity of an initial RAM disk: gzip, cpio "newc"
// (Documentation/driver-api/early-userspace/buffer-format.rst).
func treeOf(initrd []byte) (t tree, err error) {
	unpacked, err := gzip.NewReader(bytes.NewReader(initrd))
	if err != nil {
		return t, err
	}
	head := make([]byte, 110)
	for {
		if _, err := io.ReadFull(unpacked, head); err != nil {
			return t, err
		}
		size, err := strconv.ParseUint(string(head[54:62]), 16, 32)
		length, err2 := strconv.ParseUint(string(head[94:102]), 16, 12)
		if err := errors.Join(err, err2); err != nil {
			return t, err
		}
		name := make([]byte, padded(110+int64(length))-110)
		if _, err := io.ReadFull(unpacked, name); err != nil {
			return t, err
		}
		switch name := string(bytes.TrimRight(name, "\x00")); name {
		case "verity", "./verity":
			text, err := io.ReadAll(io.LimitReader(unpacked, int64(size)))
			if err != nil {
				return t, err
			}
			return parseTree(string(text))
		case "TRAILER!!!":
			return t, errors.New("no root hash")
		}
		if _, err := io.CopyN(io.Discard, unpacked, padded(int64(size))); err != nil {
			return t, err
		}
	}
}

func padded(n int64) int64 { return (n + 3) &^ 3 }
