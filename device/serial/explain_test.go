package serial

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

func TestHintForEachRefusal(t *testing.T) {
	for err, want := range map[error]string{
		fs.ErrPermission: "group dialout",
		syscall.EACCES:   "group dialout",
		syscall.ENODEV:   "plug the scanner in",
		syscall.EBUSY:    "another program holds it",
	} {
		got := explain("/dev/scanner", err)
		if !errors.Is(got, err) || !strings.Contains(got.Error(), want) {
			t.Errorf("explain(%v) = %v, want the hint %q", err, got, want)
		}
	}
}
