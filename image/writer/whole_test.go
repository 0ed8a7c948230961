package writer_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"

	"checkpoint/image/writer"
)

// An image that was cut off, packed or not, leaves no card that looks like one:
// also without a checksum.
func TestAnImageThatIsCutOff(t *testing.T) {
	whole := image(t)
	var zst, gz bytes.Buffer
	z, err := zstd.NewWriter(&zst, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		t.Fatal(err)
	}
	g := gzip.NewWriter(&gz)
	for _, w := range []io.WriteCloser{z, g} {
		if _, err := w.Write(whole); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	d, backing, ok := loop(t, 64*mib)
	if !ok {
		return
	}
	for name, cut := range map[string][]byte{
		"raw": whole[:len(whole)-512], "zstd": zst.Bytes()[:zst.Len()-4*mib], "gzip": gz.Bytes()[:gz.Len()-4*mib],
	} {
		file := filepath.Join(t.TempDir(), "card.img")
		put(t, file, cut)
		if _, err := writer.Write(t.Context(), file, nil, d, []byte(seedText), silent); !errors.Is(err, writer.ErrCut) && !errors.Is(err, writer.ErrSum) {
			t.Errorf("%s: %v", name, err)
		}
		if head := get(t, backing)[:512]; !bytes.Equal(head, make([]byte, 512)) {
			t.Errorf("%s: the card has a partition table", name)
		}
	}
}

// What was checked is what is written: a share that gives other bytes the second
// time makes no card, whatever they are packed in.
func TestAnImageThatChangesAfterItWasChecked(t *testing.T) {
	d, backing, ok := loop(t, 64*mib)
	if !ok {
		return
	}
	file := filepath.Join(t.TempDir(), "card.img")
	other := bytes.Clone(image(t))
	other[len(other)-1] ^= 1
	var packed bytes.Buffer
	g := gzip.NewWriter(&packed)
	if _, err := g.Write(other); err != nil {
		t.Fatal(err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	checked := sha256.Sum256(image(t))
	for name, b := range map[string][]byte{"raw": other, "gzip": packed.Bytes()} {
		put(t, file, b)
		if _, err := writer.Write(t.Context(), file, checked[:], d, []byte(seedText), silent); !errors.Is(err, writer.ErrSum) {
			t.Errorf("%s: %v", name, err)
		}
		if head := get(t, backing)[:512]; !bytes.Equal(head, make([]byte, 512)) {
			t.Errorf("%s: the card has a partition table", name)
		}
	}
	put(t, file, packed.Bytes())
	checked = sha256.Sum256(packed.Bytes())
	if _, err := writer.Write(t.Context(), file, checked[:], d, []byte(seedText), silent); err != nil {
		t.Errorf("as it was checked: %v", err)
	}
}
