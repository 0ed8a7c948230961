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
		syscall.EPERM:    "DeviceAllow=", // the unit's word, whatever groups the user is in
		syscall.ENODEV:   "checkpointctl detect",
		syscall.EBUSY:    "another program holds it",
	} {
		got := explain("/dev/scanner", err)
		if !errors.Is(got, err) || !strings.Contains(got.Error(), want) {
			t.Errorf("explain(%v) = %v, want the hint %q", err, got, want)
		}
	}
}
