package snapshots

import (
	"testing"
	"time"

	"checkpoint/store/snapshot"
	"checkpoint/verify/trust"
)

// A list of signers that cannot be read costs signed papers their green, and never
// the snapshot.
func TestTrustListOfASnapshot(t *testing.T) {
	list, err := trust.Encode(nil, nil, time.Date(2025, 12, 31, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{string(list): true, "": false, "{": false, `{"format":2}`: false} {
		if got := trusted(snapshot.Manifest{Trusted: []byte(text)}); (got != nil) != want {
			t.Errorf("%q: %+v, want a list: %v", text, got, want)
		}
	}
}
