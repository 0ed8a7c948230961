package writer

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"unsafe"

	"golang.org/x/sys/windows"
)

// Not tried: written by Microsoft's documents (winioctl.h).

const (
	getLength  = 0x0007405c // IOCTL_DISK_GET_LENGTH_INFO
	property   = 0x002d1400 // IOCTL_STORAGE_QUERY_PROPERTY
	extents    = 0x00560000 // IOCTL_VOLUME_GET_VOLUME_DISK_EXTENTS
	lockVolume = 0x00090018 // FSCTL_LOCK_VOLUME
	dismount   = 0x00090020 // FSCTL_DISMOUNT_VOLUME

	busUSB, busSD, busMMC = 7, 12, 13 // STORAGE_BUS_TYPE
	mostDisks             = 32
)

var physical = regexp.MustCompile(`(?i)^\\\\\.\\PhysicalDrive([0-9]+)$`)

// Disks are the physical drives that can be asked.
func Disks() ([]Disk, error) {
	var list []Disk
	for n := range mostDisks {
		d, err := Find(fmt.Sprintf(`\\.\PhysicalDrive%d`, n))
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// Find asks one drive what it is, and which letters lie on it.
func Find(path string) (Disk, error) {
	m := physical.FindStringSubmatch(path)
	if m == nil {
		return Disk{}, fmt.Errorf(`%s: nêu cả đĩa, như \\.\PhysicalDrive2 / name a whole disk, such as \\.\PhysicalDrive2`, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return Disk{}, err
	}
	defer f.Close()
	d := Disk{Path: path}
	err = control(f, getLength, nil, unsafe.Slice((*byte)(unsafe.Pointer(&d.Size)), 8))
	if err != nil && !errors.Is(err, windows.ERROR_NOT_READY) && !errors.Is(err, windows.ERROR_NO_MEDIA_IN_DRIVE) { // a reader without a card
		return d, err
	}
	var descriptor [1024]byte // STORAGE_DEVICE_DESCRIPTOR
	if err := control(f, property, make([]byte, 12), descriptor[:]); err != nil {
		return d, err
	}
	d.Model = strings.TrimSpace(word(descriptor[:], 12) + " " + word(descriptor[:], 16))
	bus := *(*uint32)(unsafe.Pointer(&descriptor[28]))
	d.Removable = descriptor[10] != 0 || bus == busUSB || bus == busSD || bus == busMMC
	var number uint32
	if _, err := fmt.Sscan(m[1], &number); err != nil {
		return d, err
	}
	windowsDir, err := windows.GetWindowsDirectory()
	if err != nil {
		return d, err
	}
	for _, letter := range lettersOn(number) {
		d.System = d.System || strings.EqualFold(letter[:2], windowsDir[:2])
	}
	return d, nil
}

// word is a string of a descriptor, at the place that is noted at.
func word(b []byte, at int) string {
	from := *(*uint32)(unsafe.Pointer(&b[at]))
	if from == 0 || int(from) >= len(b) {
		return ""
	}
	return strings.TrimSpace(windows.ByteSliceToString(b[from:]))
}

// lettersOn are the drive letters that lie on a physical drive.
func lettersOn(number uint32) (list []string) {
	for letter := 'A'; letter <= 'Z'; letter++ {
		f, err := os.Open(fmt.Sprintf(`\\.\%c:`, letter))
		if err != nil {
			continue
		}
		var found volumeExtents
		if control(f, extents, nil, unsafe.Slice((*byte)(unsafe.Pointer(&found)), unsafe.Sizeof(found))) == nil && found.on(number) {
			list = append(list, fmt.Sprintf("%c:", letter))
		}
		f.Close()
	}
	return list
}

// volumeExtents is VOLUME_DISK_EXTENTS: a volume may lie on several disks.
type volumeExtents struct {
	count, _ uint32
	extents  [mostDisks]struct {
		disk, _       uint32
		start, length int64
	}
}

func (v *volumeExtents) on(disk uint32) bool {
	for _, e := range v.extents[:min(v.count, mostDisks)] {
		if e.disk == disk {
			return true
		}
	}
	return false
}

func control(f *os.File, code uint32, in, out []byte) error {
	var n uint32
	var from, to *byte
	if len(in) > 0 {
		from = &in[0]
	}
	if len(out) > 0 {
		to = &out[0]
	}
	return windows.DeviceIoControl(windows.Handle(f.Fd()), code, from, uint32(len(in)), to, uint32(len(out)), &n, nil)
}

// held are the volumes of the disk that is written: locked until the process
// ends, or Windows would mount the new file system in the middle of it.
var held []*os.File

// open locks and dismounts the letters on the disk, and opens it.
func open(d Disk) (*os.File, error) {
	var number uint32
	if _, err := fmt.Sscan(physical.FindStringSubmatch(d.Path)[1], &number); err != nil {
		return nil, err
	}
	for _, letter := range lettersOn(number) {
		v, err := os.OpenFile(`\\.\`+letter, os.O_RDWR, 0)
		if err == nil {
			err = errors.Join(control(v, lockVolume, nil, nil), control(v, dismount, nil, nil))
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", ErrMounted, letter, err)
		}
		held = append(held, v)
	}
	return os.OpenFile(d.Path, os.O_RDWR, 0)
}

// flush waits until the disk has what was written.
func flush(f *os.File) error { return f.Sync() }

// forget has nothing to do: physical drives are not remembered.
func forget(*os.File) error { return nil }

func reread(*os.File) {}
