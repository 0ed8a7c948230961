package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// rootHash is where the RAM disk has what `image/pack` wrote: the rest of a
// dm-verity table behind the two devices, as the kernel reads it
// (Documentation/admin-guide/device-mapper/verity.rst).
const rootHash = "/verity"

// verify returns a device that gives what the partition has and restarts the
// machine at the first block that is not what was built: another try, then the
// other slot.
func verify(partition string) (device string, err error) {
	text, err := os.ReadFile(rootHash)
	if err != nil {
		return "", err
	}
	var sectors uint64
	var table string
	if sectors, table, err = verityTable(string(text), partition); err != nil {
		return "", err
	}
	control, err := os.OpenFile("/dev/mapper/control", os.O_RDWR, 0)
	if err != nil {
		return "", fmt.Errorf("device mapper: %w", err)
	}
	defer control.Close()
	const name = "system"
	for _, step := range []struct {
		what   string
		number uintptr
		target []byte
	}{
		{"create", 3, nil}, // DM_DEV_CREATE, DM_TABLE_LOAD and DM_DEV_SUSPEND of linux/dm-ioctl.h
		{"load", 9, target(sectors, "verity", table)},
		{"resume", 6, nil},
	} {
		request := dmRequest(name, step.target)
		if _, _, errno := unix.Syscall(unix.SYS_IOCTL, control.Fd(), 0xc138fd00|step.number, uintptr(unsafe.Pointer(&request[0]))); errno != 0 {
			return "", fmt.Errorf("device mapper, %s %s: %w", step.what, table, errno)
		}
	}
	return "/dev/dm-0", nil
}

// verityTable puts the partition into what was built: the number of sectors, and
// the table around the devices.
func verityTable(built, partition string) (sectors uint64, table string, err error) {
	var blocks, hashBlock uint64
	var hash, salt string
	if _, err := fmt.Sscanf(built, "%d %d %64s %64s", &blocks, &hashBlock, &hash, &salt); err != nil {
		return 0, "", fmt.Errorf("%s: %w", rootHash, err)
	}
	const block = 4096
	return blocks * block / sectorSize, fmt.Sprintf("1 %s %s %d %d %d %d sha256 %s %s 1 restart_on_corruption", partition, partition, block, block, blocks, hashBlock, hash, salt), nil
}

// dmHead is the size of struct dm_ioctl, without the tail that holds targets.
const dmHead = 312

const dmReadOnly = 1

// dmRequest is a struct dm_ioctl, with one target or none.
func dmRequest(name string, target []byte) []byte {
	b := make([]byte, max(dmHead+len(target), 4096))
	for i, v := range []uint32{4, 0, 0, uint32(len(b)), dmHead} { // version, size, where targets begin
		binary.NativeEndian.PutUint32(b[4*i:], v)
	}
	if target != nil {
		binary.NativeEndian.PutUint32(b[20:], 1)
		copy(b[dmHead:], target)
	}
	binary.NativeEndian.PutUint32(b[28:], dmReadOnly)
	copy(b[48:48+127], name)
	return b
}

// target is a struct dm_target_spec and its parameters.
func target(sectors uint64, kind, parameters string) []byte {
	b := make([]byte, 40, 40+len(parameters)+8)
	binary.NativeEndian.PutUint64(b[8:], sectors)
	copy(b[24:], kind)
	b = append(b, parameters...)
	return append(b, make([]byte, 8-len(b)%8)...)
}
