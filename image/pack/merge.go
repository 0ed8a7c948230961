package main

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
)

// merge lays one tar archive over another: what both have, but for folders, comes of
// the upper one alone. GNU tar's --delete spoils some archives.
func merge(out, lower, upper string) error {
	names := map[string]bool{}
	if err := walk(upper, func(h *tar.Header, _ io.Reader) error {
		names[h.Name] = h.Typeflag != tar.TypeDir
		return nil
	}); err != nil {
		return err
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	w := tar.NewWriter(f)
	add := func(h *tar.Header, r io.Reader) error {
		if err := w.WriteHeader(h); err != nil {
			return err
		}
		_, err := io.Copy(w, r)
		return err
	}
	err = errors.Join(
		walk(lower, func(h *tar.Header, r io.Reader) error {
			if names[h.Name] {
				return nil
			}
			return add(h, r)
		}),
		walk(upper, add), w.Close(), f.Close())
	if err != nil {
		return fmt.Errorf("lay %s over %s: %w", upper, lower, err)
	}
	return nil
}

func walk(archive string, visit func(*tar.Header, io.Reader) error) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = visit(h, r)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", archive, err)
		}
	}
}
