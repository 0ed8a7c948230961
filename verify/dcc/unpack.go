package dcc

import (
	"bytes"
	"compress/zlib"
	"io"
	"strings"

	"checkpoint/verify/internal/cose"
)

const (
	prefix = "HC1:"
	// maxMessage bounds the COSE message. Real ones are below 1 KiB.
	maxMessage = 16 << 10
)

// unpack takes prefix, base45 and zlib away (hcert specification, section 4).
func unpack(payload string) ([]byte, error) {
	if len(payload) > cose.MaxCode {
		return nil, TooLong
	}
	text, ok := strings.CutPrefix(payload, prefix)
	if !ok {
		return nil, NotHC1
	}
	packed, ok := cose.DecodeBase45(text)
	if !ok {
		return nil, NotBase45
	}
	return inflate(packed)
}

// inflate reads one zlib stream that fills all of packed, up to maxMessage bytes.
func inflate(packed []byte) ([]byte, error) {
	in := bytes.NewReader(packed)
	z, err := zlib.NewReader(in)
	if err != nil {
		return nil, NotZlib
	}
	out, err := io.ReadAll(io.LimitReader(z, maxMessage+1))
	switch {
	case len(out) > maxMessage:
		return nil, TooBig
	case err != nil || in.Len() > 0:
		return nil, NotZlib
	}
	return out, nil
}
