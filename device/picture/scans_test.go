package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	_ "image/jpeg"
	"testing"
)

// progressive is a grey JPEG with so many scans that change nothing.
func progressive(width, height, scans int) []byte {
	b := []byte("\xFF\xD8\xFF\xDB\x00\x43\x00")
	b = append(b, bytes.Repeat([]byte{1}, 64)...)
	b = append(b, "\xFF\xC2\x00\x0B\x08"...)
	b = binary.BigEndian.AppendUint16(b, uint16(height))
	b = binary.BigEndian.AppendUint16(b, uint16(width))
	b = append(b, "\x01\x01\x11\x00"...)
	// A code of one bit: a run of 16,384 blocks that end, and more by 14 bits.
	b = append(b, "\xFF\xC4\x00\x14\x10\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xE0"...)
	for range scans {
		b = append(b, "\xFF\xDA\x00\x08\x01\x01\x00\x01\x3F\x00\x7F\xFE"...)
	}
	return append(b, "\xFF\xD9"...)
}

// A scan of a dozen bytes passes over the whole picture: a file of 4 MB would
// keep a processor for ten minutes. What cameras and programs write has a dozen.
func TestAJPEGOfEndlesslyManyScansIsRefused(t *testing.T) {
	if p, err := Decode(progressive(640, 480, 12), 1<<28); err != nil || p.Width != 640 {
		t.Errorf("12 scans: %v", err)
	}
	if _, err := Decode(progressive(640, 480, 101), 1<<28); !errors.Is(err, ErrScans) {
		t.Errorf("101 scans: %v", err)
	}
}
