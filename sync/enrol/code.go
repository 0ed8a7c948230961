package enrol

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"strings"

	"checkpoint/store/snapshot"
)

// letters are Crockford's base 32: no letter that is taken for a digit when it
// is read out.
var letters = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// short is 80 bits of a digest in four groups of four. Whoever wants another
// key with the same code has to try 2^80 of them.
func short(sum [sha256.Size]byte) string {
	s := letters.EncodeToString(sum[:10])
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

// SameCode compares a code as somebody typed it, in whatever groups and case.
func SameCode(typed, code string) bool { return plainCode(typed) == plainCode(code) }

func plainCode(s string) string {
	return strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(s))
}

// TrustDigest is SHA-256 of a province's public keys, however province.json is
// laid out.
func TrustDigest(t snapshot.Trust) ([]byte, error) {
	b, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("encode province keys: %w", err)
	}
	sum := sha256.Sum256(b)
	return sum[:], nil
}

// TrustWords is a province's fingerprint as people compare it: the same for all
// boxes of the province.
func TrustWords(digest []byte) string {
	return short(sha256.Sum256(append([]byte("checkpoint province v1\x00"), digest...)))
}
