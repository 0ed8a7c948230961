package writer

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/crypto/blake2b"
)

// Why an image is not written.
var (
	ErrSum       = errors.New("ảnh không đúng như tổng kiểm tra: tải lại / the image is not what its checksum says: download it again")
	ErrNoSum     = errors.New("không có tổng kiểm tra của ảnh / there is no checksum of the image")
	ErrSignature = errors.New("chữ ký sai: không dùng ảnh này / the signature is wrong: do not use this image")
	ErrNoImage   = errors.New("không phải ảnh thẻ của máy kiểm soát / no image of a box's card")
	ErrCut       = errors.New("ảnh bị cắt cụt: tải lại / the image is cut off: download it again")
	ErrKind      = errors.New("kiểu nén này không đọc được, hãy giải nén trước (unxz, unzip) / this compression is not read, unpack it first (unxz, unzip)")
)

// Names beside an image.
const (
	SumsFile      = "SHA256SUMS"
	SignatureFile = SumsFile + ".minisig"
)

// Check compares an image with SHA256SUMS beside it, and that with its signature
// by a public key in minisign's format; an empty key: the signature is not looked
// at. read is told how many bytes of the image were read. It returns the checksum,
// for Write to hold what it reads against.
func Check(ctx context.Context, image, key string, read func(int64)) ([]byte, error) {
	want, err := listed(image, key)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(image)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := &counter{f, sha256.New(), 0, read}
	for err == nil {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		_, err = io.CopyN(io.Discard, in, block)
	}
	if err != io.EOF {
		return nil, err
	}
	return want, in.is(want)
}

// listed is what SHA256SUMS says of an image.
func listed(image, key string) ([]byte, error) {
	sums, err := os.ReadFile(filepath.Join(filepath.Dir(image), SumsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrNoSum, err)
	}
	if err != nil {
		return nil, err
	}
	if key != "" {
		if err := verify(key, sums, filepath.Join(filepath.Dir(image), SignatureFile)); err != nil {
			return nil, err
		}
	}
	want := ""
	for line := range strings.Lines(string(sums)) { // sha256sum(1)
		if words := strings.Fields(line); len(words) == 2 && strings.TrimPrefix(words[1], "*") == filepath.Base(image) {
			want = words[0]
		}
	}
	if want == "" {
		return nil, fmt.Errorf("%w: %s", ErrNoSum, filepath.Base(image))
	}
	return hex.DecodeString(want)
}

// verify checks a signature of minisign's kind ED, of the contents hashed first
// (https://jedisct1.github.io/minisign/).
func verify(key string, contents []byte, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	public, err := payload(key, 10+ed25519.PublicKeySize)
	if err != nil {
		return err
	}
	signature, err := payload(string(text), 10+ed25519.SignatureSize)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSignature, err)
	}
	sum := blake2b.Sum512(contents)
	if string(signature[:2]) != "ED" || !bytes.Equal(signature[2:10], public[2:10]) || !ed25519.Verify(public[10:], sum[:], signature[10:]) {
		return ErrSignature
	}
	return nil
}

// payload is the first line that is no comment, of so many bytes or more.
func payload(text string, least int) ([]byte, error) {
	for line := range strings.Lines(text) {
		if strings.Contains(line, "comment:") {
			continue
		}
		b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
		if err != nil || len(b) < least {
			return nil, errors.New("not in minisign's format")
		}
		return b, nil
	}
	return nil, errors.New("not in minisign's format")
}

// counter tells how much was read, and sums it up.
type counter struct {
	io.Reader
	sum  hash.Hash
	n    int64
	told func(int64)
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.sum.Write(p[:n])
	c.n += int64(n)
	c.told(c.n)
	return n, err
}

// end reads what is left, and tells whether all of it is what was checked before: a
// share or a stick may give something else the second time.
func (c *counter) end(checked []byte) error {
	if checked == nil {
		return nil
	}
	if _, err := io.Copy(io.Discard, c); err != nil {
		return err
	}
	return c.is(checked)
}

// is tells whether what was read has that checksum.
func (c *counter) is(want []byte) error {
	if !bytes.Equal(c.sum.Sum(nil), want) {
		return ErrSum
	}
	return nil
}

// unpack gives the bytes of the card out of an image that may be compressed,
// which its first bytes tell.
func unpack(r io.Reader) (io.ReadCloser, error) {
	b := bufio.NewReaderSize(r, 1<<20)
	head, err := b.Peek(6)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoImage, err)
	}
	switch {
	case bytes.HasPrefix(head, []byte{0x28, 0xb5, 0x2f, 0xfd}): // RFC 8878
		d, err := zstd.NewReader(b, zstd.WithDecoderConcurrency(2), zstd.WithDecoderMaxWindow(128<<20))
		if err != nil {
			return nil, err
		}
		return d.IOReadCloser(), nil
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}): // RFC 1952
		return gzip.NewReader(b)
	case bytes.HasPrefix(head, []byte("\xfd7zXZ")), bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("BZh")):
		return nil, ErrKind
	}
	return io.NopCloser(b), nil
}
