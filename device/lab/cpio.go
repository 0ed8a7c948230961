package lab

import (
	"bufio"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// archive writes a cpio archive in the kernel's "newc" format
// (Documentation/driver-api/early-userspace/buffer-format.rst). The first error
// stays.
type archive struct {
	w     *bufio.Writer
	inode int
	at    int64
	err   error
}

func newArchive(w io.Writer) *archive { return &archive{w: bufio.NewWriterSize(w, 1<<20)} }

func (a *archive) write(b []byte) {
	if a.err == nil {
		var n int
		n, a.err = a.w.Write(b)
		a.at += int64(n)
	}
}

func (a *archive) pad() { a.write(make([]byte, -a.at&3)) }

// entry writes a header; size bytes have to follow.
func (a *archive) entry(name string, mode uint32, size int64) {
	a.inode++
	fmt.Fprintf((*headerWriter)(a), "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%s\x00",
		a.inode, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, len(name)+1, 0, name)
	a.pad()
}

type headerWriter archive

func (h *headerWriter) Write(b []byte) (int, error) {
	(*archive)(h).write(b)
	return len(b), nil
}

// Types and permissions as stat(2) has them.
const (
	modeDir     = 0o040755
	modeProgram = 0o100755
	modeFile    = 0o100600
)

func (a *archive) dir(name string) { a.entry(name, modeDir, 0) }

func (a *archive) text(name, text string) {
	a.entry(name, modeFile, int64(len(text)))
	a.write([]byte(text))
	a.pad()
}

// file copies a file; whether it is a program stays.
func (a *archive) file(name, from string) {
	if a.err != nil {
		return
	}
	b, err := os.ReadFile(from)
	if err != nil {
		a.err = err
		return
	}
	mode := uint32(modeFile)
	if info, err := os.Stat(from); err == nil && info.Mode()&0o100 != 0 {
		mode = modeProgram
	}
	a.entry(name, mode, int64(len(b)))
	a.write(b)
	a.pad()
}

// tree copies a folder with all that is in it.
func (a *archive) tree(name, from string) {
	err := filepath.WalkDir(from, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		into := path.Join(name, filepath.ToSlash(below))
		if d.IsDir() {
			a.dir(into)
		} else {
			a.file(into, file)
		}
		return a.err
	})
	if a.err == nil {
		a.err = err
	}
}

func (a *archive) close() error {
	a.entry("TRAILER!!!", 0, 0)
	if a.err != nil {
		return fmt.Errorf("write initial RAM disk: %w", a.err)
	}
	return a.w.Flush()
}
