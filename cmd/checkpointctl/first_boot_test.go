package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/config"
	"checkpoint/device/gate"
	"checkpoint/device/node"
)

const cardSeed = `box = "cho-1"
province = "mau"
site = "Chợ Bình Tây"
site_type = "market"
lane = "1"
direction = "in"
scanner = "serial"
ntp = ["10.0.0.1"]
restart_window = "02:00-04:30"
[wifi]
name = "nha"
password = "mat khau nha"
`

// newCard is a card that starts for the first time.
func newCard(t *testing.T) *firstBoot {
	t.Helper()
	dir := t.TempDir()
	f := &firstBoot{boot: filepath.Join(dir, "boot"), data: filepath.Join(dir, "keep"), state: filepath.Join(dir, "state"), config: filepath.Join(dir, "etc", "checkpoint.toml"), run: filepath.Join(dir, "run")}
	f.devices = node.System{Sys: filepath.Join(dir, "sys"), Dev: filepath.Join(dir, "dev")}
	if err := errors.Join(os.Mkdir(f.boot, 0o755), os.WriteFile(filepath.Join(f.boot, "checkpoint.toml"), []byte(cardSeed), 0o644)); err != nil {
		t.Fatal(err)
	}
	return f
}

// again is the next start of the same card.
func (f *firstBoot) again() *firstBoot {
	return &firstBoot{boot: f.boot, data: f.data, state: f.state, config: f.config, run: f.run, devices: f.devices}
}

// whole is what a card has to be after a start, however it came there.
func whole(t *testing.T, f *firstBoot) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, dir := range []string{f.boot, f.data, f.run, filepath.Dir(f.config)} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(path)
			name, _ := filepath.Rel(filepath.Dir(f.boot), path)
			if name == "keep/machine-id" || name == "keep/ssh_host_ed25519_key" {
				b = []byte("made here") // each card's own
			}
			all[name] = strings.ReplaceAll(string(b), filepath.Dir(f.boot), "")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// Its digest is of a text that has the test's own folder in it.
	_, all["etc/checkpoint.toml"], _ = strings.Cut(all["etc/checkpoint.toml"], "\n")
	return all
}

// same names the files in which a card is another one.
func same(t *testing.T, what string, got, want map[string]string) {
	t.Helper()
	for name := range got {
		if _, there := want[name]; !there {
			t.Errorf("%s: there is %s", what, name)
		}
	}
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s: %s is\n%s\nwant\n%s", what, name, got[name], text)
		}
	}
}

func start(t *testing.T, f *firstBoot) {
	t.Helper()
	var out bytes.Buffer
	if err := f.execute(t.Context(), cli.IO{Out: &out, Err: &out}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
}

// The power may be cut between any two steps, and in any of them again: the next
// start comes to the same card.
func TestEveryCutOfAFirstStart(t *testing.T) {
	uncut := newCard(t)
	start(t, uncut)
	want := whole(t, uncut)
	if len(want) < 9 || strings.Contains(want["boot/checkpoint.toml"], "mat khau") {
		t.Fatalf("%d files: %q", len(want), want["boot/checkpoint.toml"])
	}
	for cut := range uncut.steps() {
		for twice := range cut + 1 {
			card := newCard(t)
			for _, steps := range [][]bootStep{card.steps()[:cut], card.again().steps()[:twice]} {
				for _, s := range steps {
					if err := s.do(t.Context()); err != nil {
						t.Fatalf("cut %d: %s: %v", cut, s.name, err)
					}
				}
			}
			last := card.again()
			start(t, last)
			same(t, "cut before "+uncut.steps()[cut].name, whole(t, last), want)
		}
	}
}

// The same by kill -9 of the real program at moments of its own.
func TestKillNineOfAFirstStart(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	card := newCard(t)
	command := func(ctx context.Context) *exec.Cmd {
		cmd := exec.CommandContext(ctx, self, "system", "first-boot", "--boot", card.boot, "--keep", card.data, "--data", card.state, "--config", card.config, "--into", card.run,
			"--sys", card.devices.Sys, "--dev", card.devices.Dev, "--wait", "0s")
		cmd.Args[0] = "checkpointctl" // TestMain makes this binary be the program
		return cmd
	}
	for after := time.Millisecond; after < 200*time.Millisecond; after += 15 * time.Millisecond {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		_ = command(ctx).Run() // mostly killed
		cancel()
	}
	if out, err := command(t.Context()).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	uncut := newCard(t)
	start(t, uncut)
	got := whole(t, card)
	for name := range got {
		if strings.HasSuffix(name, ".new") {
			delete(got, name) // a piece that the next writing of that file uses up
		}
	}
	same(t, "killed", got, whole(t, uncut))
}

// What the card writes is what the daemon takes, and the wiring that docs/install.md
// and the lamps of a box without a configuration have.
func TestTheCardsConfiguration(t *testing.T) {
	card := newCard(t)
	start(t, card)
	c, err := config.Read(card.config)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Lanes[0].Gate; !reflect.DeepEqual(got, gate.Standard()) {
		t.Errorf("wired as %+v, want %+v", got, gate.Standard())
	}
	if got := c.Update.RestartWindow.String(); got != "02:00-04:30" {
		t.Errorf("it restarts within %s", got)
	}
	if c.Box != "cho-1" || c.Site != "Chợ Bình Tây" || c.Lanes[0].Readers[0].Path != "/dev/checkpoint/any/scanner" {
		t.Errorf("%+v", c)
	}
}

// A FAT partition that cannot be written keeps nobody from working.
func TestACardThatCannotBeWritten(t *testing.T) {
	card := newCard(t)
	status := filepath.Join(card.boot, "checkpoint-status.txt.new")
	if err := os.MkdirAll(filepath.Join(status, "in the way"), 0o755); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := card.execute(t.Context(), cli.IO{Out: &out, Err: &out}); err == nil || !strings.Contains(err.Error(), "status: ") {
		t.Errorf("%v", err)
	}
	if _, err := config.Read(card.config); err != nil {
		t.Error(err)
	}
}

// The FAT partition is mounted for reading: it is written in that one moment, and
// is as it was afterwards. (ext4 stands in for it: not every kernel here has FAT.)
func TestTheCardIsMountedForReadingAfterwards(t *testing.T) {
	if _, err := os.Stat("/dev/loop-control"); os.Geteuid() != 0 || err != nil {
		t.Log("no loop devices, or not root: not tried")
		return
	}
	card := newCard(t)
	disk := filepath.Join(t.TempDir(), "fat")
	shell := func(line string) {
		t.Helper()
		cmd := exec.Command("sh", "-euc", "PATH=$PATH:/usr/sbin:/sbin; "+line, "sh", disk, card.boot)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, out)
		}
	}
	shell(`truncate -s 16M "$1"; mkfs.ext4 -q "$1"; cp "$2/checkpoint.toml" "$1.seed"; losetup --find --show "$1" >"$1.loop"; mount "$(cat "$1.loop")" "$2"; cp "$1.seed" "$2/checkpoint.toml"; umount "$2"; mount -o ro "$(cat "$1.loop")" "$2"`)
	t.Cleanup(func() { shell(`umount "$2"; losetup --detach "$(cat "$1.loop")"`) })
	start(t, card)
	text, err := os.ReadFile(filepath.Join(card.boot, "checkpoint.toml"))
	if err != nil || strings.Contains(string(text), "mat khau") {
		t.Errorf("%v\n%s", err, text)
	}
	if _, err := os.Stat(filepath.Join(card.boot, "checkpoint-status.txt")); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(card.boot, "x"), nil, 0o644); err == nil {
		t.Error("it stayed mounted for writing")
	}
}
