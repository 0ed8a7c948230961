package scanner

import (
	"io"

	"checkpoint"
)

// Bytes reads a serial line: codes of bytes, each ended by the suffix.
func Bytes(s Suffix) Decode {
	return func(_ io.Reader, emit func(checkpoint.Scan)) (Decoder, error) { return NewFramer(s, emit), nil }
}

// Keys reads the key events of a scanner in keyboard mode (evdev); see [Keyboard].
func Keys(s Suffix) Decode {
	return func(_ io.Reader, emit func(checkpoint.Scan)) (Decoder, error) { return NewKeyboard(s, emit), nil }
}
