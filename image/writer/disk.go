package writer

import (
	"errors"
	"fmt"
)

// Disk is one whole disk of this computer.
type Disk struct {
	Path      string // what to open: /dev/sdb, /dev/rdisk4, \\.\PhysicalDrive2
	Model     string // what it calls itself
	Size      int64  // bytes; 0: no card is in it
	Removable bool   // a card, a stick, or a reader on USB
	System    bool   // this computer runs from it
	Mounted   []string
}

func (d Disk) String() string {
	return fmt.Sprintf("%s  %s  %s", d.Path, d.Model, Size(d.Size))
}

// Size is a number of bytes as makers of cards count: 1 GB is 10^9 bytes.
func Size(n int64) string {
	if n < 10e9 {
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// Why a disk is not written.
var (
	ErrSystem  = errors.New("máy tính này đang chạy từ đĩa đó / this computer runs from that disk")
	ErrMounted = errors.New("đĩa đang được dùng / the disk is in use")
	ErrFixed   = errors.New("không phải thẻ hay USB / neither a card nor a stick")
	ErrLarge   = errors.New("lớn hơn mọi thẻ dùng cho máy kiểm soát / larger than any card for a box")
	ErrEmpty   = errors.New("không có thẻ trong đầu đọc / no card is in the reader")
	ErrSmall   = errors.New("thẻ nhỏ hơn ảnh / the card is smaller than the image")
)

// largest is what a card for a box has at most, bytes. A disk beyond it is
// somebody's own more likely than a card.
const largest = 280e9

// Erasable tells whether the disk may be written over. anyDisk also lets fixed and
// large ones pass; nothing lets the computer's own or one in use.
func (d Disk) Erasable(anyDisk bool) error {
	switch {
	case d.System:
		return ErrSystem
	case len(d.Mounted) > 0:
		return fmt.Errorf("%w: %v", ErrMounted, d.Mounted)
	case d.Size == 0:
		return ErrEmpty
	case !d.Removable && !anyDisk:
		return ErrFixed
	case d.Size > largest && !anyDisk:
		return fmt.Errorf("%w: %s", ErrLarge, Size(d.Size))
	}
	return nil
}
