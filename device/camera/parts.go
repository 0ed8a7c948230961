//go:build linux

package camera

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// parts takes pictures out of a multipart/x-mixed-replace body. Cameras do not
// agree whether the boundary that they announce has its dashes already, so the
// body's own first one counts. mime/multipart would give a picture only once the
// next one begins.
type parts struct {
	in   *bufio.Reader
	mark []byte // the line that begins a part; nil: not seen yet
	read bool   // the line that begins the next part has been read
}

// mostLines is how much there may be around a picture, in lines.
const mostLines = 64

var (
	errNoParts = errors.New("the stream has no parts")
	errEnded   = errors.New("the stream has ended")
)

// next reads the next picture into a buffer.
func (p *parts) next(buf []byte) ([]byte, error) {
	if err := p.begin(); err != nil {
		return buf, err
	}
	length, err := p.header()
	switch {
	case err != nil:
		return buf, err
	case length > mostBytes:
		return buf, errLarge
	case length < 0:
		return p.untilMark(buf[:0])
	}
	if cap(buf) < length {
		buf = make([]byte, length, length+length/4)
	}
	buf = buf[:length]
	_, err = io.ReadFull(p.in, buf)
	return buf, ended(err)
}

// begin reads up to the line that begins a part.
func (p *parts) begin() error {
	for range mostLines {
		if p.read {
			p.read = false
			return nil
		}
		line, err := p.in.ReadSlice('\n')
		if err != nil {
			return ended(err)
		}
		line = bytes.TrimRight(line, "\r\n \t")
		if p.mark == nil && bytes.HasPrefix(line, []byte("--")) {
			p.mark = bytes.Clone(line)
		}
		p.read = p.mark != nil && bytes.Equal(line, p.mark)
	}
	return errNoParts
}

// header reads a part's header; length is -1 if it does not tell.
func (p *parts) header() (length int, err error) {
	length = -1
	for range mostLines {
		line, err := p.in.ReadSlice('\n')
		if err != nil {
			return 0, ended(err)
		}
		text := strings.TrimSpace(string(line))
		if text == "" {
			return length, nil
		}
		if name, value, ok := strings.Cut(text, ":"); ok && strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			if n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 31); err == nil {
				length = int(n)
			}
		}
	}
	return 0, errNoParts
}

// untilMark reads a picture whose end only the next one's beginning tells.
func (p *parts) untilMark(buf []byte) ([]byte, error) {
	for whole := true; ; {
		line, err := p.in.ReadSlice('\n')
		if whole && bytes.HasPrefix(line, p.mark) {
			p.read = err == nil
			return bytes.TrimSuffix(bytes.TrimSuffix(buf, []byte("\n")), []byte("\r")), nil
		}
		if buf = append(buf, line...); len(buf) > mostBytes {
			return buf, errLarge
		}
		whole = err == nil
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return buf, ended(err)
		}
	}
}

func ended(err error) error {
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errEnded
	case errors.Is(err, bufio.ErrBufferFull):
		return errNoParts
	}
	return err
}
