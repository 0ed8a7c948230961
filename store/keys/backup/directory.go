package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"checkpoint/store/durable"
)

// collect reads every file below dir, by its name with slashes: what lies
// beside the keys, such as a certificate authority's, is as hard to replace.
func collect(dir string) (map[string][]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	files := map[string][]byte{}
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !d.Type().IsRegular() {
			return fmt.Errorf("%s: neither a file nor a directory", filepath.Join(dir, name))
		}
		files[name], err = root.ReadFile(name)
		return err
	})
	return files, err
}

// unfinished is where a directory is made before it appears under its name.
// The name is our own, so that what a power cut left there can be removed.
func unfinished(out string) string {
	return filepath.Join(filepath.Dir(out), "."+filepath.Base(out)+".unfinished")
}

// publish makes the directory out with these files, whole or not at all. It
// never replaces anything.
func publish(out string, files map[string][]byte) (err error) {
	if _, err := os.Lstat(out); err == nil {
		return fmt.Errorf("%s: %w", out, fs.ErrExist)
	}
	temp := unfinished(out)
	if err := os.RemoveAll(temp); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(temp))
		}
	}()
	if err := fill(temp, files); err != nil {
		return err
	}
	if err := os.Rename(temp, out); err != nil { // fails where a directory with files has come to be
		return err
	}
	return durable.SyncDir(filepath.Dir(out))
}

func fill(dir string, files map[string][]byte) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	dirs := map[string]bool{".": true}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if err := root.MkdirAll(path.Dir(name), 0o700); err != nil {
			return err
		}
		for d := path.Dir(name); !dirs[d]; d = path.Dir(d) {
			dirs[d] = true
		}
		f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		_, err = f.Write(files[name])
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	for d := range dirs {
		if err := durable.SyncDir(filepath.Join(dir, d)); err != nil {
			return err
		}
	}
	return nil
}
