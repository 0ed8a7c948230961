package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"checkpoint/cmd/internal/report"
	"checkpoint/cmd/internal/rig"
)

// header says when and on what a table was measured.
func header(p *province) string {
	text := report.Measured("make bench") + ". "
	if nice, err := unix.Getpriority(unix.PRIO_PROCESS, 0); err == nil && nice != 20 {
		text += fmt.Sprintf("Niceness %d, the daemon's too. ", 20-nice)
	}
	return text + storage(p.dir) + "\n\n"
}

// storage describes the disk as far as the kernel knows it.
func storage(dir string) string {
	d, err := rig.DiskOf(dir)
	if err != nil {
		return "The disk is not known."
	}
	kind := "a disk without moving parts"
	if attribute(d.Dir, "queue/rotational") == "1" {
		kind = "reported as rotating"
	}
	if strings.HasPrefix(d.Name, "vd") {
		kind = "a virtual machine's disk (virtio), whose host may cache what this machine forgot"
	}
	cache := ""
	if c := attribute(d.Dir, "queue/write_cache"); c != "" {
		cache = ", write cache: " + c
	}
	return fmt.Sprintf("Disk %s: %s%s.", d.Name, kind, cache)
}

func attribute(dir, name string) string {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(text))
}

// mincore(2): golang.org/x/sys has the number of the call and not the call.
func mincore(mapped, pages []byte) error {
	_, _, errno := unix.Syscall(unix.SYS_MINCORE, uintptr(unsafe.Pointer(&mapped[0])), uintptr(len(mapped)), uintptr(unsafe.Pointer(&pages[0])))
	if errno != 0 {
		return errno
	}
	return nil
}

// sizes adds what building the province showed, and the daemon's own size.
func (b *bench) sizes(ctx context.Context, p *province) error {
	m := p.measured
	b.table.add(row{what: "snapshot: build", p50: m.Build.Round(100 * time.Millisecond).String(), notes: fmt.Sprintf("%d people, from CSV to a synced layer", p.people)})
	b.table.add(row{what: "snapshot: size", p50: mib(m.Bytes), notes: fmt.Sprintf("%d bytes a person, with other documents' entries", m.Bytes/int64(p.people))})
	b.table.add(row{what: "snapshot: load on the box", p50: m.Load.Round(100 * time.Millisecond).String(), notes: "copied, every block proven, switched to"})
	path := filepath.Join(b.cache, "checkpointd-arm64")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, "checkpoint/cmd/checkpointd")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build for arm64: %w: %s", err, text)
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	b.table.add(row{what: "daemon for arm64, stripped", target: "≤ " + mib(mostBinary), met: info.Size() <= mostBinary, p50: mib(info.Size())})
	return nil
}
