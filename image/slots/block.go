package slots

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"slices"
	"strings"
)

// BlockSize is the size of a block, in bytes: the erase unit of no card is
// smaller, and U-Boot reads whole sectors of 512.
const BlockSize = 4096

// Block packs texts as U-Boot does (`env export -c -s 1000`, include/env_internal.h):
// a little-endian CRC-32 over the rest, then name=value and a zero byte each,
// zeros to the end. The names come in order, so that the same texts give the same bytes.
func Block(size int, texts map[string]string) ([]byte, error) {
	var b bytes.Buffer
	b.Write(make([]byte, 4))
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(texts[name], "\x00") {
			return nil, fmt.Errorf("%q=%q cannot be part of a block", name, texts[name])
		}
		fmt.Fprintf(&b, "%s=%s\x00", name, texts[name])
	}
	if b.Len() >= size {
		return nil, fmt.Errorf("texts of %d bytes do not fit a block of %d", b.Len(), size)
	}
	block := append(b.Bytes(), make([]byte, size-b.Len())...)
	binary.LittleEndian.PutUint32(block, crc32.ChecksumIEEE(block[4:]))
	return block, nil
}

// errDamaged is what a block is that was half written, or rotted, or never written.
var errDamaged = errors.New("checksum does not match")

// Texts is the opposite of Block.
func Texts(block []byte) (map[string]string, error) {
	if len(block) < 5 || binary.LittleEndian.Uint32(block) != crc32.ChecksumIEEE(block[4:]) {
		return nil, errDamaged
	}
	texts := map[string]string{}
	for text := range bytes.SplitSeq(block[4:], []byte{0}) {
		if len(text) == 0 {
			break
		}
		name, value, ok := strings.Cut(string(text), "=")
		if !ok {
			return nil, fmt.Errorf("%q is not name=value", text)
		}
		texts[name] = value
	}
	return texts, nil
}
