package snapshot

import (
	"crypto/hmac"
	"crypto/sha256"
)

// oneMAC is HMAC-SHA256 (RFC 2104) under a key that makes this one MAC only.
// [hmac.New] spends most of its time and 500 bytes on an object that could make
// more. A build makes tens of millions of them.
func oneMAC(key, message []byte) (sum Digest) {
	if len(key) > sha256.BlockSize {
		m := hmac.New(sha256.New, key)
		m.Write(message)
		return Digest(m.Sum(nil))
	}
	var pad [sha256.BlockSize]byte
	copy(pad[:], key)
	text := make([]byte, 0, 4*sha256.BlockSize)
	for _, b := range pad {
		text = append(text, b^0x36)
	}
	inner := sha256.Sum256(append(text, message...))
	text = text[:0]
	for _, b := range pad {
		text = append(text, b^0x5c)
	}
	return sha256.Sum256(append(text, inner[:]...))
}

// expand is the first block of HKDF-Expand (RFC 5869, 2.3) for a record's key.
func expand(prk []byte, t entryType) Digest {
	info := make([]byte, 0, sha256.BlockSize)
	info = append(append(info, "checkpoint record 1 "...), t.String()...)
	return oneMAC(prk, append(info, 1))
}
