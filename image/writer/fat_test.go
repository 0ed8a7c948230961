package writer

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// raw is a disk as Windows and macOS give it: whole sectors, or an error.
type raw struct{ io.ReaderAt }

func (r raw) ReadAt(b []byte, at int64) (int, error) {
	if len(b)%512 != 0 || at%512 != 0 {
		return 0, fmt.Errorf("%d bytes at %d: invalid argument", len(b), at)
	}
	return r.ReaderAt.ReadAt(b, at)
}

// A file of several clusters is found in whole sectors: Windows' physical drives
// and macOS' raw disks give nothing else.
func TestTheSeedIsFoundInWholeSectors(t *testing.T) {
	dir := t.TempDir()
	path, seed := filepath.Join(dir, "fat"), bytes.Repeat([]byte("# seed\n"), 1000)
	if err := os.WriteFile(filepath.Join(dir, seedName), seed, 0o600); err != nil {
		t.Fatal(err)
	}
	shell := exec.Command("sh", "-euc", `PATH=$PATH:/usr/sbin:/sbin; cd "$1"
truncate -s 34M fat; mkfs.vfat -F 32 -s 1 --invariant fat >/dev/null; mcopy -i fat checkpoint.toml ::checkpoint.toml`, "sh", dir)
	if out, err := shell.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	part, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	mbr := make([]byte, 512)
	mbr[446+8], mbr[510] = 1, 0x55 // the first partition begins at sector 1
	f, err := openFAT(raw{bytes.NewReader(append(mbr, part...))})
	if err != nil {
		t.Fatal(err)
	}
	clusters, size, err := f.file(seedName)
	if err != nil || size != len(seed) {
		t.Fatalf("%d bytes, want %d: %v", size, len(seed), err)
	}
	if got, err := f.read(clusters, size); err != nil || !bytes.Equal(got, seed) {
		t.Errorf("%d bytes of %d: %v", len(got), len(seed), err)
	}
}
