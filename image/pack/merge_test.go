package main

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// archive makes one of names and contents; what has none is a folder.
func archive(t *testing.T, entries ...[2]string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "archive")
	f, err := os.Create(path)
	w := tar.NewWriter(f)
	for _, e := range entries {
		h := &tar.Header{Name: e[0], Size: int64(len(e[1])), Mode: 0o644, Typeflag: tar.TypeReg}
		if e[1] == "" {
			h.Typeflag, h.Mode = tar.TypeDir, 0o755
		}
		err = errors.Join(err, w.WriteHeader(h))
		_, wrote := io.WriteString(w, e[1])
		err = errors.Join(err, wrote)
	}
	if err := errors.Join(err, w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

// What the image brings stands in the place of Debian's; the rest of Debian's stays.
func TestOneArchiveIsLaidOverAnother(t *testing.T) {
	lower := archive(t, [2]string{"./etc/", ""}, [2]string{"./etc/a", "Debian's"}, [2]string{"./etc/b", "stays"})
	upper := archive(t, [2]string{"./etc/", ""}, [2]string{"./etc/a", "ours"}, [2]string{"./etc/c", "new"})
	out := filepath.Join(t.TempDir(), "out")
	if err := merge(out, lower, upper); err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := walk(out, func(h *tar.Header, r io.Reader) error {
		b, err := io.ReadAll(r)
		got = append(got, h.Name+" "+string(b))
		return err
	}); err != nil {
		t.Fatal(err)
	}
	want := []string{"./etc/ ", "./etc/b stays", "./etc/ ", "./etc/a ours", "./etc/c new"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if err := merge(out, filepath.Join(t.TempDir(), "none"), upper); err == nil {
		t.Error("half of it is no image")
	}
}
