package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// clerk runs the real program with what somebody types.
func clerk(t *testing.T, typed string, args ...string) (code int, out string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Args[0] = "checkpointctl"
	cmd.Stdin = strings.NewReader(typed)
	b, _ := cmd.CombinedOutput() // the exit code says more
	return cmd.ProcessState.ExitCode(), string(b)
}

// The clerk's way: what is refused before anything is written, what is asked, and
// the seed that ends up on the card.
func TestWritingACard(t *testing.T) {
	if _, err := os.Stat("/dev/loop-control"); os.Geteuid() != 0 || err != nil {
		t.Log("no loop devices, or not root: not tried")
		return
	}
	dir := t.TempDir()
	shell := exec.Command("sh", "-euc", `PATH=$PATH:/usr/sbin:/sbin; cd "$1"
truncate -s 40M card.img; truncate -s 34M fat; truncate -s 48M disk
yes '# seed' | head -c 4000 > checkpoint.toml
mkfs.vfat -F 32 --invariant fat >/dev/null; mcopy -i fat checkpoint.toml ::checkpoint.toml
printf 'label: dos\nstart=2MiB, size=34MiB, type=c\n' | sfdisk --quiet --no-reread --no-tell-kernel card.img
dd if=fat of=card.img bs=1M seek=2 conv=notrunc status=none
losetup --find --show disk`, "sh", dir)
	b, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, b)
	}
	device := strings.TrimSpace(string(b))
	t.Cleanup(func() { _ = exec.Command("losetup", "--detach", device).Run() })
	image, name := filepath.Join(dir, "card.img"), filepath.Base(device)
	any := "--erase-a-disk-that-is-no-card"
	place := []string{"image", "write", image, "--to", device, "--site", "Chợ Bình Tây", "--lane", "1:in"}
	refuse := func(want int, typed, says string, args ...string) {
		t.Helper()
		if code, out := clerk(t, typed, args...); code != want || !strings.Contains(out, says) {
			t.Errorf("%v: code %d, want %d and %q:\n%s", args, code, want, says, out)
		}
		disk, err := os.ReadFile(filepath.Join(dir, "disk"))
		if err != nil || strings.Trim(string(disk), "\x00") != "" {
			t.Fatalf("%v: something was written: %v", args, err)
		}
	}
	refuse(2, "", "want one image and --to", "image", "write", image)
	refuse(2, "", "want NAME:in or NAME:out", "image", "write", image, "--to", device, "--lane", "1")
	refuse(2, "", "--seed has everything", "image", "write", image, "--to", device, "--seed", "x", "--site", "y")
	refuse(1, "", `direction: "in" or "out"`, "image", "write", image, "--to", device, "--lane", "1:up")
	refuse(1, "", "the disks: checkpointctl image disks", "image", "write", image, "--to", "/dev/null")
	refuse(1, "", "neither a card nor a stick", place...)
	refuse(1, "", "is no image", "image", "write", image+".zst", "--to", device, any)
	refuse(1, "", "there is no checksum of the image", append(place, any)...)
	raw, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	sums := func(sum [32]byte) {
		if err := os.WriteFile(filepath.Join(dir, "SHA256SUMS"), fmt.Appendf(nil, "%x  card.img\n", sum), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sums(sha256.Sum256([]byte("another")))
	refuse(1, name+"\n", "not what its checksum says", append(place, any)...)
	sums(sha256.Sum256(raw))
	refuse(1, "yes\n", "nothing was written", append(place, any)...)
	refuse(1, "", "nothing was written", append(place, any)...)

	code, out := clerk(t, "mat khau nha\n"+name+"\n", append(place, any, "--wifi", "nha")...)
	if code != 0 || !strings.Contains(out, device+"  ") || !strings.Contains(out, "read back alike") || !strings.Contains(out, "no claim of the office yet") || !strings.Contains(out, "50.3 MB") && !strings.Contains(out, "50 MB") {
		t.Fatalf("code %d\n%s", code, out)
	}
	text, err := exec.Command("mtype", "-i", filepath.Join(dir, "disk")+"@@2M", "::checkpoint.toml").Output()
	if err != nil || !strings.Contains(string(text), "site = 'Chợ Bình Tây'\n") || !strings.Contains(string(text), "password = 'mat khau nha'\n") {
		t.Errorf("%v\n%s", err, text)
	}
	if code, out := clerk(t, "", "image", "disks"); code != 0 {
		t.Errorf("%d\n%s", code, out)
	}
}
