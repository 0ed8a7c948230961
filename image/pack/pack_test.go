package main

import (
	"archive/tar"
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash/crc32"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/blake2b"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var moduleTree = map[string][]string{
	"kernel/fs/ext4/ext4.ko.xz":          {"kernel/fs/jbd2/jbd2.ko.xz"},
	"kernel/fs/jbd2/jbd2.ko.xz":          nil,
	"kernel/drivers/hid/hid.ko.xz":       nil,
	"kernel/drivers/hid/hid-other.ko.xz": nil,
	"kernel/drivers/gpu/drm/huge.ko.xz":  nil,
	"kernel/drivers/usb/serial/a.ko.xz":  {"kernel/drivers/usb/core.ko.xz"},
	"kernel/drivers/usb/core.ko.xz":      nil,
	"kernel/drivers/usb/serial/b.ko.xz":  nil,
	"kernel/drivers/usb/serialize.ko.xz": nil,
}

func TestModulesAreChosenWithWhatTheyNeed(t *testing.T) {
	got, err := choose(moduleTree, "# files\nfs/ext4/ext4 # the data\n\ndrivers/hid/\n!drivers/hid/hid-other\ndrivers/usb/serial/\n?drivers/built/in\n")
	must(t, err)
	want := []string{"kernel/drivers/hid/hid.ko.xz", "kernel/drivers/usb/core.ko.xz", "kernel/drivers/usb/serial/a.ko.xz", "kernel/drivers/usb/serial/b.ko.xz", "kernel/fs/ext4/ext4.ko.xz", "kernel/fs/jbd2/jbd2.ko.xz"}
	if names := slices.Sorted(maps.Keys(got)); !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
	if _, err := choose(moduleTree, "fs/ext3\ndrivers/none/\n"); err == nil || !strings.Contains(err.Error(), "fs/ext3, drivers/none/") {
		t.Errorf("modules that a kernel does not have: %v", err)
	}
}

// The end of a slot is what boot.cmd reads: starts and lengths in sectors,
// checksums in both orders in which U-Boot's itest may see what its crc32 stored.
func TestTheEndOfASlot(t *testing.T) {
	kernel, initrd := bytes.Repeat([]byte("kernel"), 3000), bytes.Repeat([]byte("initrd"), 999)
	b, err := tail(kernel, initrd)
	must(t, err)
	if len(b) != tailSize {
		t.Fatalf("%d bytes", len(b))
	}
	texts := map[string]uint64{}
	for text := range bytes.SplitSeq(b[4:4096], []byte{0}) {
		if name, value, ok := strings.Cut(string(text), "="); ok {
			n, err := hex.DecodeString(strings.Repeat("0", 16-len(value)) + value)
			must(t, err)
			texts[name] = binary.BigEndian.Uint64(n)
		}
	}
	for name, want := range map[string][]byte{"kernel": kernel, "initrd": initrd} {
		at := texts[name+"_start"] * sector
		if got := b[at:][:texts[name+"_bytes"]]; !bytes.Equal(got, want) || texts[name+"_sectors"] != (texts[name+"_bytes"]+511)/512 {
			t.Errorf("%s: %v", name, texts)
		}
		stored := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(want))
		if plain, swapped := binary.BigEndian.Uint32(stored), binary.LittleEndian.Uint32(stored); uint64(plain) != texts[name+"_crc"] || uint64(swapped) != texts[name+"_swapped"] {
			t.Errorf("%s: checksum %x, %x", name, texts[name+"_crc"], texts[name+"_swapped"])
		}
	}
	if _, err := tail(make([]byte, tailSize), initrd); err == nil {
		t.Error("a kernel that is too large was taken")
	}
}

// The bill names Debian's packages, those that were only unpacked, and what our own
// programs are linked from; it is the same each time.
func TestBillOfMaterials(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	var root bytes.Buffer
	w := tar.NewWriter(&root)
	status := "Package: libc6\nStatus: install ok installed\nVersion: 2.41-12\nDescription: long\n Version: none\n\nPackage: e2fsprogs\nVersion: 1.47.2-3+b3\n"
	must(t, w.WriteHeader(&tar.Header{Name: "./var/lib/dpkg/status", Mode: 0o644, Size: int64(len(status))}))
	_, err := w.Write([]byte(status))
	must(t, err)
	must(t, w.Close())
	must(t, os.WriteFile(at("root.tar"), root.Bytes(), 0o600))
	must(t, os.WriteFile(at("taken"), []byte("u-boot-rpi 2025.01-3+deb13u1\n"), 0o600))
	out, err := exec.Command("go", "build", "-trimpath", "-o", at("pack"), ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	must(t, writeBill(at("root.tar"), at("taken"), at("bill"), []string{at("pack"), at("pack")}))
	b, err := os.ReadFile(at("bill"))
	must(t, err)
	var got bill
	must(t, json.Unmarshal(b, &got))
	names := map[string]string{}
	for _, c := range got.Components {
		if _, twice := names[c.Ref]; twice {
			t.Errorf("%s stands there twice", c.Ref)
		}
		names[c.Ref] = c.Version
	}
	for ref, version := range map[string]string{
		"pkg:deb/debian/libc6@2.41-12": "2.41-12", "pkg:deb/debian/e2fsprogs@1.47.2-3%2Bb3": "1.47.2-3+b3",
		"pkg:deb/debian/u-boot-rpi@2025.01-3%2Bdeb13u1": "2025.01-3+deb13u1", "pkg:golang/checkpoint/image/pack": "",
	} {
		if got, ok := names[ref]; !ok || got != version {
			t.Errorf("%s: %q, %v", ref, got, ok)
		}
	}
	if !strings.Contains(string(b), `"pkg:golang/golang.org/x/crypto@v`) {
		t.Error("a linked module is missing")
	}
}

// A signature is what minisign's format says: over the hash of the contents, and
// over itself with its comment (https://jedisct1.github.io/minisign/).
func TestSignature(t *testing.T) {
	dir := t.TempDir()
	key, file := filepath.Join(dir, "image.key"), filepath.Join(dir, "SHA256SUMS")
	must(t, newKey(key))
	if newKey(key) == nil {
		t.Error("a key was overwritten")
	}
	must(t, os.WriteFile(file, []byte("sums\n"), 0o600))
	must(t, signFile(key, file))
	text, err := os.ReadFile(file + ".minisig")
	must(t, err)
	public, err := os.ReadFile(key + ".pub")
	must(t, err)
	lines := strings.Split(string(text), "\n")
	decode := func(s string) []byte {
		b, err := base64.StdEncoding.DecodeString(s)
		must(t, err)
		return b
	}
	sig, pub, whole := decode(lines[1]), decode(strings.Split(string(public), "\n")[1]), decode(lines[3])
	comment, ok := strings.CutPrefix(lines[2], "trusted comment: ")
	if !ok || string(sig[:2]) != "ED" || string(pub[:2]) != "Ed" || !bytes.Equal(sig[2:10], pub[2:10]) {
		t.Fatalf("%q, %q", text, public)
	}
	sum := blake2b.Sum512([]byte("sums\n"))
	if !ed25519.Verify(pub[10:], sum[:], sig[10:]) || !ed25519.Verify(pub[10:], append(sig[10:], comment...), whole) {
		t.Error("the signature does not hold")
	}
	must(t, os.WriteFile(key, []byte("short\n"), 0o600))
	if signFile(key, file) == nil {
		t.Error("signed with no key")
	}
}
