package writer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/crypto/blake2b"

	"checkpoint/image/writer"
)

const mib = 1 << 20

var made []byte

// image is a card's image: a FAT partition with a seed, and a second one. Nobody
// changes it.
func image(t *testing.T) []byte {
	t.Helper()
	if made == nil {
		made = makeImage(t)
	}
	return made
}

func makeImage(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	card, fat, seed := filepath.Join(dir, "card.img"), filepath.Join(dir, "fat"), filepath.Join(dir, "checkpoint.toml")
	put(t, seed, bytes.Repeat([]byte("# sửa được / may be changed\n"), 100))
	make := func(path string, size int64) {
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := f.Truncate(size); err != nil {
			t.Fatal(err)
		}
	}
	make(card, 48*mib)
	make(fat, 34*mib)
	run(t, "", "mkfs.vfat", "-F", "32", "-n", "CHECKPOINT", "--invariant", fat)
	run(t, "", "mcopy", "-i", fat, filepath.Join("..", "seed", "doc.go"), "::start4.elf")
	run(t, "", "mcopy", "-i", fat, seed, "::checkpoint.toml")
	run(t, "label: dos\nstart=2MiB, size=34MiB, type=c, bootable\nstart=36MiB, type=83\n", "sfdisk", "--quiet", "--no-reread", "--no-tell-kernel", card)
	b, part := get(t, card), get(t, fat)
	copy(b[2*mib:], part)
	if _, err := rand.NewChaCha8([32]byte{1}).Read(b[36*mib:]); err != nil {
		t.Fatal(err)
	}
	return b
}

func run(t *testing.T, in, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin", "MTOOLS_SKIP_CHECK=1")
	cmd.Stdin = strings.NewReader(in)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func put(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// loop is a disk of the kernel's own over a file; false: not as root.
func loop(t *testing.T, size int64) (d writer.Disk, backing string, ok bool) {
	t.Helper()
	if _, err := os.Stat("/dev/loop-control"); os.Geteuid() != 0 || err != nil {
		t.Log("no loop devices, or not root: not tried")
		return d, "", false
	}
	backing = filepath.Join(t.TempDir(), "disk")
	put(t, backing, nil)
	if err := os.Truncate(backing, size); err != nil {
		t.Fatal(err)
	}
	path := run(t, "", "losetup", "--find", "--show", backing)
	t.Cleanup(func() { run(t, "", "losetup", "--detach", path) })
	d, err := writer.Find(path)
	if err != nil {
		t.Fatal(err)
	}
	return d, backing, true
}

var silent = writer.Progress{Writing: func(int64) {}, Comparing: func(int64, int64) {}}

const seedText = "site = \"Chợ Bình Tây, cổng 1\"\nlane = \"1\"\ndirection = \"in\"\n"

// Whatever the image is packed with, the card has it, and the seed in its place.
func TestTheCardHasTheImageAndTheSeed(t *testing.T) {
	want := image(t)
	var zst, gz bytes.Buffer
	z, err := zstd.NewWriter(&zst, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		t.Fatal(err)
	}
	g := gzip.NewWriter(&gz)
	for _, w := range []interface {
		Write([]byte) (int, error)
		Close() error
	}{z, g} {
		if _, err := w.Write(want); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for name, packed := range map[string][]byte{"card.img": want, "card.img.zst": zst.Bytes(), "card.img.gz": gz.Bytes()} {
		file := filepath.Join(t.TempDir(), name)
		put(t, file, packed)
		d, backing, ok := loop(t, 64*mib)
		if !ok {
			return
		}
		n, err := writer.Write(t.Context(), file, nil, d, []byte(seedText), silent)
		if err != nil || n != int64(len(want)) {
			t.Fatalf("%s: %d bytes, %v", name, n, err)
		}
		got := get(t, backing)
		if !bytes.Equal(got[36*mib:48*mib], want[36*mib:]) || !bytes.Equal(got[:2*mib], want[:2*mib]) {
			t.Errorf("%s: the card is not the image", name)
		}
		if text := run(t, "", "mtype", "-i", backing+"@@2M", "::checkpoint.toml"); text != strings.TrimSpace(seedText) {
			t.Errorf("%s: seed %q", name, text)
		}
		other := filepath.Join(t.TempDir(), "start4.elf")
		run(t, "", "mcopy", "-i", backing+"@@2M", "::start4.elf", other)
		if !bytes.Equal(get(t, other), get(t, filepath.Join("..", "seed", "doc.go"))) {
			t.Errorf("%s: a file beside the seed was changed", name)
		}
		run(t, "", "fsck.vfat", "-n", partition(t, got))
	}
}

// partition is the first partition of a card as a file.
func partition(t *testing.T, card []byte) string {
	path := filepath.Join(t.TempDir(), "fat")
	put(t, path, card[2*mib:36*mib])
	return path
}

// A card that fails in the middle has no partition table, so no box starts from it.
func TestACardThatFailsStartsNoBox(t *testing.T) {
	want := image(t)
	file := filepath.Join(t.TempDir(), "card.img")
	put(t, file, want)
	for name, c := range map[string]struct {
		size  int64
		harm  func(backing, path string) writer.Progress
		wants error
	}{
		"too small": {40 * mib, func(string, string) writer.Progress { return silent }, writer.ErrSmall},
		"pulled out": {64 * mib, func(backing, path string) writer.Progress {
			return writer.Progress{Writing: func(n int64) {
				if n > 20*mib {
					_ = os.Truncate(backing, 10*mib)
					run(t, "", "losetup", "--set-capacity", path)
				}
			}, Comparing: silent.Comparing}
		}, writer.ErrGone},
		"reads back something else": {64 * mib, func(backing, _ string) writer.Progress {
			return writer.Progress{Writing: silent.Writing, Comparing: func(int64, int64) {
				f, err := os.OpenFile(backing, os.O_WRONLY, 0)
				if err != nil {
					t.Error(err)
					return
				}
				defer f.Close()
				_, _ = f.WriteAt([]byte("counterfeit"), 47*mib)
			}}
		}, writer.ErrCard},
	} {
		d, backing, ok := loop(t, c.size)
		if !ok {
			return
		}
		if _, err := writer.Write(t.Context(), file, nil, d, []byte(seedText), c.harm(backing, d.Path)); !errors.Is(err, c.wants) {
			t.Errorf("%s: %v, want %v", name, err, c.wants)
		}
		if head := get(t, backing)[:512]; !bytes.Equal(head, make([]byte, 512)) {
			t.Errorf("%s: the card has a partition table", name)
		}
	}
	d, backing, _ := loop(t, 64*mib)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := writer.Write(ctx, file, nil, d, nil, silent); !errors.Is(err, context.Canceled) || get(t, backing)[510] != 0 {
		t.Errorf("interrupted: %v", err)
	}
}

func TestWhatIsNoImageIsNotWritten(t *testing.T) {
	d, backing, ok := loop(t, 16*mib)
	if !ok {
		return
	}
	for name, b := range map[string][]byte{
		"text": []byte("checkpoint\n"), "empty": nil, "zeros": make([]byte, 8*mib), "odd length": append(make([]byte, 8*mib), 1),
		"xz": append([]byte("\xfd7zXZ\x00"), make([]byte, 4*mib)...), "zip": append([]byte("PK\x03\x04"), make([]byte, 4*mib)...), "torn zstd": {0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3, 4},
	} {
		file := filepath.Join(t.TempDir(), "x")
		put(t, file, b)
		if _, err := writer.Write(t.Context(), file, nil, d, nil, silent); err == nil {
			t.Errorf("%s was written", name)
		}
	}
	if b := get(t, backing); !bytes.Equal(b, make([]byte, len(b))) {
		t.Error("something was written")
	}
}

// An image without a seed's file, and a seed that does not fit, are said.
func TestASeedThatDoesNotFit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "card.img")
	put(t, file, image(t))
	d, _, ok := loop(t, 64*mib)
	if !ok {
		return
	}
	if _, err := writer.Write(t.Context(), file, nil, d, bytes.Repeat([]byte("#"), 100_000), silent); err == nil || !strings.Contains(err.Error(), "there is room for") {
		t.Error(err)
	}
}

// What a disk is, and what may not be written whatever the flags.
func TestDisksThatAreNotWritten(t *testing.T) {
	for name, c := range map[string]struct {
		d       writer.Disk
		without error
		with    error
	}{
		"a card":            {writer.Disk{Size: 32e9, Removable: true}, nil, nil},
		"own disk":          {writer.Disk{Size: 32e9, Removable: true, System: true}, writer.ErrSystem, writer.ErrSystem},
		"mounted":           {writer.Disk{Size: 32e9, Removable: true, Mounted: []string{"/media/x"}}, writer.ErrMounted, writer.ErrMounted},
		"fixed":             {writer.Disk{Size: 32e9}, writer.ErrFixed, nil},
		"a disk on USB":     {writer.Disk{Size: 2e12, Removable: true}, writer.ErrLarge, nil},
		"reader, no card":   {writer.Disk{Removable: true}, writer.ErrEmpty, writer.ErrEmpty},
		"own, of a mistake": {writer.Disk{Size: 2e12, System: true}, writer.ErrSystem, writer.ErrSystem},
	} {
		if err := c.d.Erasable(false); !errors.Is(err, c.without) {
			t.Errorf("%s: %v, want %v", name, err, c.without)
		}
		if err := c.d.Erasable(true); !errors.Is(err, c.with) {
			t.Errorf("%s, any disk: %v, want %v", name, err, c.with)
		}
	}
	for _, path := range []string{"/dev/null", "/etc/passwd", "/nowhere"} {
		if _, err := writer.Find(path); err == nil {
			t.Errorf("%s is a disk", path)
		}
	}
	if disks, err := writer.Disks(); err != nil {
		t.Errorf("%v %v", disks, err)
	}
}

// A disk that is mounted is known to be, and the kernel keeps it shut as well.
func TestAMountedDiskIsRefused(t *testing.T) {
	d, _, ok := loop(t, 16*mib)
	if !ok {
		return
	}
	run(t, "", "mkfs.ext4", "-q", d.Path)
	at := t.TempDir()
	run(t, "", "mount", d.Path, at)
	defer run(t, "", "umount", at)
	now, err := writer.Find(d.Path)
	if err != nil || !errors.Is(now.Erasable(true), writer.ErrMounted) {
		t.Errorf("%+v %v", now, err)
	}
	file := filepath.Join(t.TempDir(), "card.img")
	put(t, file, image(t))
	if _, err := writer.Write(t.Context(), file, nil, d, nil, silent); !errors.Is(err, writer.ErrMounted) {
		t.Errorf("written over a mounted disk: %v", err)
	}
}

// The image is held against its checksum, and that against its signature.
func TestCheck(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "card.img")
	check := func(key string) error {
		sum, err := writer.Check(t.Context(), file, key, func(int64) {})
		if now := sha256.Sum256(get(t, file)); err == nil && !bytes.Equal(sum, now[:]) {
			t.Errorf("checked for %x, it is %x", sum, now)
		}
		return err
	}
	put(t, file, []byte("an image"))
	if err := check(""); !errors.Is(err, writer.ErrNoSum) {
		t.Error(err)
	}
	sums := fmt.Sprintf("%x  other.img\n%x  card.img\n", sha256.Sum256(nil), sha256.Sum256([]byte("an image")))
	put(t, filepath.Join(dir, writer.SumsFile), []byte(sums))
	if err := check(""); err != nil {
		t.Error(err)
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key := "untrusted comment: images\n" + base64.StdEncoding.EncodeToString(append([]byte("Ed12345678"), public...)) + "\n"
	if err := check(key); !errors.Is(err, writer.ErrSignature) {
		t.Errorf("not signed: %v", err)
	}
	digest := blake2b.Sum512([]byte(sums))
	signature := func(id string, digest []byte) []byte {
		line := base64.StdEncoding.EncodeToString(append([]byte("ED"+id), ed25519.Sign(private, digest)...))
		return []byte("untrusted comment: x\n" + line + "\ntrusted comment: y\nAAAA\n")
	}
	put(t, filepath.Join(dir, writer.SignatureFile), signature("12345678", digest[:]))
	if err := check(key); err != nil {
		t.Errorf("signed: %v", err)
	}
	for name, bad := range map[string][]byte{"of another key": signature("87654321", digest[:]), "of something else": signature("12345678", []byte("x")), "torn": []byte("untrusted comment: x\nRU"), "empty": nil} {
		put(t, filepath.Join(dir, writer.SignatureFile), bad)
		if err := check(key); !errors.Is(err, writer.ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := writer.Check(interrupted, file, "", func(int64) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	put(t, file, []byte("an imagE"))
	if err := check(""); !errors.Is(err, writer.ErrSum) {
		t.Error(err)
	}
	put(t, filepath.Join(dir, writer.SumsFile), []byte(strings.Replace(sums, "card.img", "card2.img", 1)))
	if err := check(""); !errors.Is(err, writer.ErrNoSum) {
		t.Error(err)
	}
}
