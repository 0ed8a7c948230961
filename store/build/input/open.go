package input

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// maxWindow bounds what zstd holds, in bytes. All levels of the zstd tool but
// --ultra and --long stay below it.
const maxWindow = 32 << 20

// Open opens a CSV file for one of the readers; see [Unpack]. The caller closes
// it.
func Open(path string) (io.ReadCloser, error) {
	f, err := OpenFile(path)
	if err != nil {
		return nil, fmt.Errorf("open input: %w", err)
	}
	r, err := Unpack(path, f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return unpacked{r, f}, nil
}

// ErrNoFile: a pipe or a device may keep whoever opens it waiting for good, and
// is read only once.
var ErrNoFile = errors.New("is no file: write what comes out of the pipe to one first; gzip and zstd are read as they are")

// OpenFile opens a file and nothing else. It never waits.
func OpenFile(path string) (*os.File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s %w", path, ErrNoFile)
	}
	return os.Open(path)
}

// unpacked closes the packed file too.
type unpacked struct {
	io.ReadCloser
	file *os.File
}

func (u unpacked) Close() error { return errors.Join(u.ReadCloser.Close(), u.file.Close()) }

// Unpack reads the bytes of the file at path: through gzip if the name ends in
// .gz, through zstd if in .zst. Damage is told by Read; Close gives memory back
// and leaves src open.
func Unpack(path string, src io.Reader) (io.ReadCloser, error) {
	switch name := strings.ToLower(path); {
	case strings.HasSuffix(name, ".gz"):
		z, err := gzip.NewReader(src)
		if err != nil {
			return nil, fmt.Errorf("open gzip %s: %w", path, err)
		}
		return io.NopCloser(z), nil
	case strings.HasSuffix(name, ".zst"):
		z, err := zstd.NewReader(src, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxWindow))
		if err != nil {
			return nil, fmt.Errorf("open zstd %s: %w", path, err)
		}
		return z.IOReadCloser(), nil
	}
	return io.NopCloser(src), nil
}
