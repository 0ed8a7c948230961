package writer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// block is how much goes to the card at once; a multiple of every card's own.
const block = 4 << 20

// tableSize is what goes on last: the partition table, and what is before the
// first partition.
const tableSize = 1 << 20

// Progress is told how much was done, for a bar: of the image while it is written,
// then of what was written while it is read back.
type Progress struct {
	Writing   func(done int64)
	Comparing func(done, all int64)
}

// Errors of a card.
var (
	ErrCard = errors.New("thẻ hỏng hoặc bị rút: nội dung đọc lại khác / the card is bad or was pulled out: it reads back something else")
	ErrGone = errors.New("không ghi được lên thẻ: bị rút, hỏng hoặc khoá ghi / the card cannot be written: pulled out, bad or locked")
)

// Write puts the image onto the disk with the seed in it, and compares what is
// there. What it reads has to have the checksum that [Check] has returned; nil: it
// is not looked at. It returns how many bytes of the card were written.
func Write(ctx context.Context, image string, checked []byte, d Disk, seed []byte, p Progress) (int64, error) {
	source, err := os.Open(image)
	if err != nil {
		return 0, err
	}
	defer source.Close()
	in := &counter{source, sha256.New(), 0, p.Writing}
	card, err := unpack(in)
	if err != nil {
		return 0, err
	}
	defer card.Close()
	disk, err := open(d)
	if err != nil {
		return 0, err
	}
	defer disk.Close()
	table, sum, n, err := copyImage(ctx, disk, card, d.Size)
	if err != nil {
		return n, err
	}
	if err := errors.Join(card.Close(), in.end(checked)); err != nil {
		return n, err
	}
	if err := compare(ctx, disk, sum, n, p.Comparing); err != nil {
		return n, err
	}
	// Now that the rest is right: a seed, and what makes it a card.
	if err := writeAt(disk, table, 0); err != nil {
		return n, err
	}
	if err := plant(disk, seed); err != nil {
		return n, err
	}
	if err := compareTable(disk, table); err != nil {
		return n, err
	}
	reread(disk)
	return n, nil
}

// copyImage writes all but the table, in place of which zeros go, and gives the
// table and the sum of what was written.
func copyImage(ctx context.Context, disk *os.File, card io.Reader, size int64) (table []byte, sum []byte, n int64, err error) {
	hash := sha256.New()
	b := make([]byte, block)
	for {
		if err := ctx.Err(); err != nil {
			return nil, nil, n, err
		}
		got, err := fill(card, b)
		if err != nil && err != io.EOF {
			return nil, nil, n, fmt.Errorf("%w: %w", ErrSum, err)
		}
		if n+int64(got) > size {
			return nil, nil, n, fmt.Errorf("%w: %s", ErrSmall, Size(size))
		}
		part := b[:got]
		if n == 0 {
			if got < tableSize || part[510] != 0x55 || part[511] != 0xaa {
				return nil, nil, n, ErrNoImage
			}
			table = bytes.Clone(part[:tableSize])
			clear(part[:tableSize])
		}
		if got%512 != 0 {
			return nil, nil, n, ErrNoImage
		}
		if err := writeAt(disk, part, n); err != nil {
			return nil, nil, n, err
		}
		hash.Write(part)
		n += int64(got)
		if err == io.EOF {
			if end := lastSector(table) * sector; n < end {
				return nil, nil, n, fmt.Errorf("%w: %s < %s", ErrCut, Size(n), Size(end))
			}
			return table, hash.Sum(nil), n, flush(disk)
		}
	}
}

// fill reads as much as there is room for; less only at the end, io.EOF. A packed
// image that was cut off ends with io.ErrUnexpectedEOF, which [io.ReadFull] would
// also say of one whose last part is shorter.
func fill(r io.Reader, b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		var got int
		got, err = r.Read(b[n:])
		n += got
	}
	return n, err
}

// lastSector is where the last partition of an MBR ends.
func lastSector(mbr []byte) (end int64) {
	for at := 446; at < 510; at += 16 {
		le := binary.LittleEndian
		end = max(end, int64(le.Uint32(mbr[at+8:]))+int64(le.Uint32(mbr[at+12:])))
	}
	return end
}

func writeAt(disk *os.File, b []byte, at int64) error {
	if len(b) == 0 {
		return nil
	}
	_, err := disk.WriteAt(b, at)
	if err != nil { // also ENOSPC: whether it is large enough was known before
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	return nil
}

// compare reads the card itself, not what the computer remembers of it.
func compare(ctx context.Context, disk *os.File, want []byte, n int64, told func(done, all int64)) error {
	if err := forget(disk); err != nil {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	hash := sha256.New()
	b := make([]byte, block)
	for at := int64(0); at < n; {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := b[:min(block, n-at)]
		if _, err := disk.ReadAt(part, at); err != nil {
			return fmt.Errorf("%w: %w", ErrCard, err)
		}
		hash.Write(part)
		at += int64(len(part))
		told(at, n)
	}
	if !bytes.Equal(hash.Sum(nil), want) {
		return ErrCard
	}
	return nil
}

// compareTable reads back what was written last.
func compareTable(disk *os.File, table []byte) error {
	if err := errors.Join(flush(disk), forget(disk)); err != nil {
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	got := make([]byte, len(table))
	if _, err := disk.ReadAt(got, 0); err != nil || !bytes.Equal(got, table) {
		return ErrCard
	}
	return nil
}
