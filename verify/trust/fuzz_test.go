package trust_test

import (
	"testing"
	"time"

	"checkpoint/verify/declaration"
	"checkpoint/verify/trust"
)

// Whatever is signed as a list, reading it ends, and what is read is bounded.
func FuzzParse(f *testing.F) {
	good, err := trust.Encode(nil, declaration.Keys{}, time.Date(2021, 12, 31, 0, 0, 0, 0, time.UTC))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"format":1,"expires":"2021-12-31T00:00:00Z","passport_signers":["AAAA"],"declaration_keys":[{"issuer":"mau","key":"AAAA"}],"other":{}}`))
	f.Add([]byte(`{"format":2}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := trust.Parse(b)
		if err == nil && list.Old(list.Expires.Add(-time.Second)) {
			t.Error("old before its time")
		}
	})
}
