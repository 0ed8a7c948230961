package check

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"checkpoint/store/build/input"
)

// The columns that a file of rejected rows has before those of its source.
const (
	RejectLine   = "rejected_line"
	RejectReason = "rejected_reason"
)

// rejects writes the rows that cannot be used, as they stand in the file. The
// file appears with the first of them. It can be mended and read as input: the
// two columns before the others are unknown and so ignored.
type rejects struct {
	path string
	file *os.File
	w    *bufio.Writer
	err  error // the first; nothing is written after it
}

func (r *rejects) add(bad input.Rejected) {
	if r.file == nil && r.err == nil {
		r.open(bad)
	}
	if r.err != nil {
		return
	}
	reason := bad.Why.Want
	if bad.Why.Column != "" {
		reason = bad.Why.Column + ": want " + reason
	}
	r.line(strconv.Itoa(bad.Why.Line), `"`+strings.ReplaceAll(reason, `"`, `""`)+`"`, bad.Row, bad.Separator)
}

func (r *rejects) open(bad input.Rejected) {
	// A file of that name may hold what a clerk mended by hand: never replaced.
	r.file, r.err = os.OpenFile(r.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if r.err == nil {
		r.w = bufio.NewWriter(r.file)
		r.line(RejectLine, RejectReason, bad.Header, bad.Separator)
	}
}

func (r *rejects) line(number, reason string, rest []byte, separator rune) {
	_, err := fmt.Fprintf(r.w, "%s%c%s%c%s\n", number, separator, reason, separator, rest)
	r.err = errors.Join(r.err, err)
}

func (r *rejects) close() error {
	if r.file != nil {
		r.err = errors.Join(r.err, r.w.Flush(), r.file.Close())
	}
	if r.err != nil {
		return fmt.Errorf("write rejected rows: %w", r.err)
	}
	return nil
}

// rejectNames are the files for the rejected rows of files, in dir. It fails if
// one is there already. The names tell the sheet as their sources' do.
func rejectNames(dir string, files []File) ([]string, error) {
	names := make([]string, len(files))
	if dir == "" {
		return names, nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make directory of rejected rows: %w", err)
	}
	taken := map[string]bool{}
	for i, f := range files {
		base := filepath.Base(f.Path)
		for _, end := range []string{".gz", ".zst", ".csv"} {
			base = strings.TrimSuffix(base, end)
		}
		if sheet, ok := input.SheetOf(base); !ok || sheet != f.Sheet {
			base = string(f.Sheet) + "-" + base
		}
		name := base
		for n := 2; taken[name]; n++ {
			name = base + "-" + strconv.Itoa(n)
		}
		taken[name] = true
		names[i] = filepath.Join(dir, name+".rejects.csv")
		if _, err := os.Lstat(names[i]); !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("%s: %w", names[i], errors.Join(err, fs.ErrExist))
		}
	}
	return names, nil
}
