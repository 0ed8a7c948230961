package cose

import (
	"math"
	"time"
)

// Labels of the claims that every token has (RFC 8392, section 4).
const (
	ClaimIssuer  = uint64(1)
	ClaimExpires = uint64(4)
	ClaimIssued  = uint64(6)
)

// NumericDate reads seconds since 1970, whole or not (RFC 8392, section 2).
// None is the zero time. What no calendar holds is refused.
func NumericDate(v any) (t time.Time, ok bool) {
	const most = 1 << 38 // seconds: the year 10680
	var seconds float64
	switch n := v.(type) {
	case nil:
		return time.Time{}, true
	case uint64:
		seconds = float64(n)
	case int64:
		seconds = float64(n)
	case float64:
		seconds = n
	default:
		return time.Time{}, false
	}
	if !(math.Abs(seconds) < most) { // NaN, too
		return time.Time{}, false
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9)).UTC(), true
}
