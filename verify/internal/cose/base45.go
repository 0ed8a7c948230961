package cose

import "strings"

// MaxCode is what the largest QR code holds in its alphanumeric mode, in
// letters (ISO/IEC 18004, version 40-L).
const MaxCode = 4296

// letters are the digits of base45, the letters of a QR code's alphanumeric mode.
const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// DecodeBase45 decodes RFC 9285. Groups whose value needs more than their bytes
// are refused, as the RFC asks.
func DecodeBase45(s string) ([]byte, bool) {
	if len(s)%3 == 1 {
		return nil, false
	}
	out := make([]byte, 0, len(s)/3*2+1)
	for ; len(s) >= 3; s = s[3:] {
		a, b, c := digit(s[0]), digit(s[1]), digit(s[2])
		n := a + 45*b + 45*45*c
		if min(a, b, c) < 0 || n > 0xFFFF {
			return nil, false
		}
		out = append(out, byte(n>>8), byte(n))
	}
	if len(s) == 2 {
		a, b := digit(s[0]), digit(s[1])
		n := a + 45*b
		if min(a, b) < 0 || n > 0xFF {
			return nil, false
		}
		out = append(out, byte(n))
	}
	return out, true
}

// digit is the value of a base45 letter, -1 for another.
func digit(c byte) int { return strings.IndexByte(letters, c) }

// EncodeBase45 encodes RFC 9285.
func EncodeBase45(b []byte) string {
	out := make([]byte, 0, len(b)/2*3+2)
	for ; len(b) >= 2; b = b[2:] {
		n := int(b[0])<<8 | int(b[1])
		out = append(out, letters[n%45], letters[n/45%45], letters[n/45/45])
	}
	if len(b) == 1 {
		out = append(out, letters[b[0]%45], letters[b[0]/45])
	}
	return string(out)
}
