package slots

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Where the two copies begin, in bytes from the start of the card: far enough
// apart to lie in erase units of their own (4 MiB on today's cards), and before
// the first partition, which begins at 16 MiB.
const (
	FirstCopy  = 4 << 20
	SecondCopy = 12 << 20
)

// places of the copies.
func places() []int64 { return []int64{FirstCopy, SecondCopy} }

// Device is the card: a block device, or an image in a file.
type Device interface {
	io.ReaderAt
	io.WriterAt
	Sync() error
}

// Read returns the newest state on the card. An error that is ErrLost comes with
// the state of a new card, which is what the loader goes by then.
func Read(card io.ReaderAt) (State, error) {
	s, _, err := newest(card)
	return s, err
}

// ErrLost means that neither copy can be read.
var ErrLost = errors.New("neither copy of the slot state is whole")

// newest also returns the place that is to be written next.
func newest(card io.ReaderAt) (best State, older int64, err error) {
	found := false
	var causes []error
	older = FirstCopy
	for i, at := range places() {
		s, bad := readCopy(card, at)
		if bad != nil {
			causes = append(causes, bad)
			continue
		}
		if !found || s.serial > best.serial {
			best, older, found = s, places()[1-i], true
		}
	}
	if !found {
		return New(), older, errors.Join(append([]error{ErrLost}, causes...)...)
	}
	return best, older, nil
}

func readCopy(card io.ReaderAt, at int64) (State, error) {
	block := make([]byte, BlockSize)
	if _, err := card.ReadAt(block, at); err != nil {
		return State{}, fmt.Errorf("slot state at %d MiB: %w", at>>20, err)
	}
	texts, err := Texts(block)
	if err != nil {
		return State{}, fmt.Errorf("slot state at %d MiB: %w", at>>20, err)
	}
	s, err := ofTexts(texts)
	if err != nil {
		return State{}, fmt.Errorf("slot state at %d MiB: %w", at>>20, err)
	}
	return s, nil
}

// Change reads the state, lets change alter it, and writes it over the older
// copy if it is another one now. It is on the card when Change returns. A state
// that is lost begins anew.
func Change(card Device, change func(*State)) error {
	s, older, err := newest(card)
	if err != nil && !errors.Is(err, ErrLost) {
		return err
	}
	lost, before := err != nil, s
	change(&s)
	if s == before && !lost {
		return nil
	}
	s.serial++
	block, err := Block(BlockSize, s.texts())
	if err != nil {
		return err
	}
	if _, err := card.WriteAt(block, older); err != nil {
		return fmt.Errorf("write slot state: %w", err)
	}
	if err := card.Sync(); err != nil {
		return fmt.Errorf("write slot state: %w", err)
	}
	return nil
}

// Running is the system that runs, from the kernel's command line, where the
// loader put it; ok is false on a machine that was not started by it.
func Running() (n Name, ok bool, err error) {
	line, err := os.ReadFile("/proc/cmdline")
	if err != nil {
		return "", false, err
	}
	n, ok = Of(string(line))
	return n, ok, nil
}

// Of is the system that a kernel's command line names.
func Of(cmdline string) (n Name, ok bool) {
	for word := range strings.FieldsSeq(cmdline) {
		if name, is := strings.CutPrefix(word, "slot="); is && (name == string(A) || name == string(B)) {
			n, ok = Name(name), true
		}
	}
	return n, ok
}

// Disk is where the initial RAM disk leaves a link to the card it started from.
const Disk = "/run/card/disk"
