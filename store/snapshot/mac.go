package snapshot

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
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
	text := make([]byte, sha256.BlockSize, 4*sha256.BlockSize)
	pad(text, key, 0x3636363636363636)
	inner := sha256.Sum256(append(text, message...))
	pad(text, key, 0x5c5c5c5c5c5c5c5c)
	return sha256.Sum256(append(text, inner[:]...))
}

// pad fills a block with the key, zeros behind it, each byte mixed with one of
// mask.
func pad(block, key []byte, mask uint64) {
	clear(block[copy(block, key):])
	for i := 0; i < len(block); i += 8 {
		binary.NativeEndian.PutUint64(block[i:], binary.NativeEndian.Uint64(block[i:])^mask)
	}
}
