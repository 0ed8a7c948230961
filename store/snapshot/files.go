package snapshot

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"checkpoint/store/durable"
)

// copyFile copies a layer beside its final name, synced but not yet published.
func copyFile(from, temp string, progress func(n int64)) error {
	in, err := durable.OpenForeign(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(temp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(&counting{out, progress}, in)
	if err := errors.Join(err, out.Sync(), out.Close()); err != nil {
		return fmt.Errorf("copy %s: %w", filepath.Base(from), err)
	}
	return nil
}

type counting struct {
	io.Writer
	progress func(n int64)
}

func (c *counting) Write(p []byte) (int, error) {
	n, err := c.Writer.Write(p)
	if c.progress != nil {
		c.progress(int64(n))
	}
	return n, err
}
