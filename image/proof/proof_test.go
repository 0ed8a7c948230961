package proof

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"checkpoint/image/slots"
)

// What `veritysetup format --no-superblock` 2.6.1 said of 300 blocks, the i-th of
// them full of the byte i modulo 251, with salt 00…01: root hash, and the SHA-256
// of the tree that it wrote.
const (
	rootOf300 = "4258f95e7255a1c8d993105f590efa694f2942f97c78611fbf7a06e98373ee74"
	treeOf300 = "086ec506bd0c884c0235784c16a38e6dd857ea6538dbd06374009307a30ab706"
	blocks    = 300
)

var salt = strings.Repeat("00", 31) + "01"

// built is a slot as image/slot makes it, of those blocks.
func built(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	for i := range blocks {
		b.Write(bytes.Repeat([]byte{byte(i % 251)}, block))
	}
	wanted, err := parseTree(fmt.Sprintf("%d %d %s %s\n", blocks, blocks, rootOf300, salt))
	if err != nil {
		t.Fatal(err)
	}
	low, err := wanted.hash(t.Context(), bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	top, err := wanted.hash(t.Context(), bytes.NewReader(low))
	if err != nil {
		t.Fatal(err)
	}
	b.Write(top)
	b.Write(low)
	if sum := sha256.Sum256(b.Bytes()[blocks*block:]); hex.EncodeToString(sum[:]) != treeOf300 {
		t.Fatalf("the tree is not veritysetup's: %x", sum)
	}
	b.Write(tail(t, fmt.Sprintf("%d %d %s %s\n", blocks, blocks, rootOf300, salt)))
	return b.Bytes()
}

// tail is the end of a slot whose RAM disk says this about the tree.
func tail(t *testing.T, verity string) []byte {
	t.Helper()
	var initrd bytes.Buffer
	z := gzip.NewWriter(&initrd)
	for _, file := range []struct{ name, text string }{{".", ""}, {"init", "a program"}, {"verity", verity}, {"TRAILER!!!", ""}} {
		fmt.Fprintf(z, "070701%s%08x%s%08x%08x", strings.Repeat("0", 48), len(file.text), strings.Repeat("0", 32), len(file.name)+1, 0)
		fmt.Fprintf(z, "%s%s", file.name, make([]byte, padded(110+int64(len(file.name))+1)-110-int64(len(file.name))))
		fmt.Fprintf(z, "%s%s", file.text, make([]byte, padded(int64(len(file.text)))-int64(len(file.text))))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, tailSize)
	texts := map[string]string{}
	at := slots.BlockSize
	for name, data := range map[string][]byte{"kernel": bytes.Repeat([]byte("kernel"), 1000), "initrd": initrd.Bytes()} {
		texts[name+"_start"], texts[name+"_bytes"] = fmt.Sprintf("%x", at/sector), fmt.Sprintf("%x", len(data))
		texts[name+"_crc"] = fmt.Sprintf("%x", crc32.ChecksumIEEE(data))
		copy(b[at:], data)
		at += 1 << 20
	}
	head, err := slots.Block(slots.BlockSize, texts)
	if err != nil {
		t.Fatal(err)
	}
	copy(b, head)
	return b
}

// A slot is proven as it was built, and no single bit of what matters may differ.
func TestRotIsFoundWhereverItIs(t *testing.T) {
	slot := built(t)
	size := int64(len(slot))
	if err := Slot(t.Context(), bytes.NewReader(slot), size); err != nil {
		t.Fatal(err)
	}
	end := len(slot) - tailSize
	for name, at := range map[string]int{
		"first byte": 0, "a block": 150*block + 17, "last block": blocks*block - 1, "top of the tree": blocks * block, "zeros of the tree": blocks*block + 3*block - 100,
		"low level": (blocks + 1) * block, "list": end + 5, "kernel or RAM disk": end + slots.BlockSize, "the other": end + slots.BlockSize + 1<<20 + 20,
	} {
		slot[at] ^= 4
		if err := Slot(t.Context(), bytes.NewReader(slot), size); !errors.Is(err, ErrRot) {
			t.Errorf("%s: %v", name, err)
		}
		slot[at] ^= 4
	}
	for name, verity := range map[string]string{"nothing": "", "no hash": "300 300 xx 00\n", "another": fmt.Sprintf("%d %d %s %s\n", blocks-1, blocks, rootOf300, salt)} {
		other := append(bytes.Clone(slot[:end]), tail(t, verity)...)
		if err := Slot(t.Context(), bytes.NewReader(other), size); !errors.Is(err, ErrRot) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := Slot(t.Context(), bytes.NewReader(slot), 1000); !errors.Is(err, ErrRot) {
		t.Errorf("no slot at all: %v", err)
	}
}
