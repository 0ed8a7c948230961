package keycache

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"checkpoint/store/scratch"
)

// sheet is records on their way into a file. The file has a temporary name,
// and goes with close unless it was renamed.
type sheet struct {
	path string
	file *os.File
	buf  []byte
}

const bufferSize = 1 << 18

func createSheet(path string) (*sheet, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	return &sheet{path: path, file: file}, err
}

func (s *sheet) append(record []byte) error {
	s.buf = append(s.buf, record...)
	if len(s.buf) < bufferSize {
		return nil
	}
	return s.flush()
}

func (s *sheet) flush() error {
	if err := scratch.Room(filepath.Dir(s.path), int64(len(s.buf))); err != nil {
		return err
	}
	_, err := s.file.Write(s.buf)
	s.buf = s.buf[:0]
	return err
}

func (s *sheet) close() error {
	if err := os.Remove(s.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, s.file.Close())
	}
	return s.file.Close()
}

// journal is a file that records are put behind. What a kill leaves of a record
// at its end is cut off.
type journal struct {
	path  string
	file  *os.File
	buf   []byte
	wrote time.Time
}

func openJournal(path string) (*journal, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	j := &journal{path: path, file: file, wrote: time.Now()}
	if err := lock(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	info, err := file.Stat()
	if err == nil {
		err = file.Truncate(info.Size() - info.Size()%int64(recordSize))
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekEnd)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return j, nil
}

// each calls do with the sound records.
func (j *journal) each(do func(record []byte) error) error {
	info, err := j.file.Stat()
	if err != nil {
		return err
	}
	in := bufio.NewReaderSize(io.NewSectionReader(j.file, 0, info.Size()), bufferSize)
	record := make([]byte, recordSize)
	for {
		if _, err := io.ReadFull(in, record); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("read %s: %w", filepath.Base(j.path), err)
		}
		if !sound(record) {
			continue
		}
		if err := do(record); err != nil {
			return err
		}
	}
}

// writeEvery bounds the work that a kill can cost.
const writeEvery = time.Second

func (j *journal) append(record []byte) error {
	j.buf = append(j.buf, record...)
	if len(j.buf) < bufferSize && time.Since(j.wrote) < writeEvery {
		return nil
	}
	return j.flush()
}

func (j *journal) flush() error {
	if len(j.buf) == 0 {
		return nil
	}
	if err := scratch.Room(filepath.Dir(j.path), int64(len(j.buf))); err != nil {
		return err
	}
	_, err := j.file.Write(j.buf)
	j.buf, j.wrote = j.buf[:0], time.Now()
	return errors.Join(err, j.file.Sync())
}

func (j *journal) empty() error {
	j.buf = j.buf[:0]
	return errors.Join(j.file.Truncate(0), j.file.Sync())
}

func (j *journal) close() error { return errors.Join(j.flush(), j.file.Close()) }
