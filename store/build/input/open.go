package input

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Open opens a CSV file for one of the readers; a name that ends in .gz is
// read through gzip. The caller closes it.
func Open(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open input: %w", err)
	}
	if !strings.HasSuffix(path, ".gz") {
		return f, nil
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open gzip %s: %w", path, err), f.Close())
	}
	return zipped{z, f}, nil
}

// zipped closes the file alone: what gzip has to say was said by Read.
type zipped struct {
	*gzip.Reader
	file *os.File
}

func (z zipped) Close() error { return z.file.Close() }
