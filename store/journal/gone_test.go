package journal

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"
)

// TestOnlyDamageIsGone: "gone" is told to the province, which then stops
// waiting for the record. A moment without descriptors must not lose one.
func TestOnlyDamageIsGone(t *testing.T) {
	for err, want := range map[error]bool{
		errDamaged:                          true,
		fmt.Errorf("x: %w", os.ErrNotExist): true,
		&os.PathError{Err: syscall.EMFILE}:  false,
		&os.PathError{Err: syscall.EIO}:     false,
		errors.Join(nil, syscall.ENOMEM):    false,
	} {
		if got := errors.Is(gone(err), ErrGone); got != want {
			t.Errorf("%v: gone %t, want %t", err, got, want)
		}
	}
	if gone(nil) != nil {
		t.Error("no error became one")
	}
}
