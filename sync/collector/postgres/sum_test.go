package postgres_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"checkpoint/store/journal"
)

// sum is a digest of all records of a segment, in order, as expectAll takes it
// from the database.
func (b *box) sum(s journal.Segment) string {
	h := sha256.New()
	for next := uint64(1); next <= s.Last; {
		page, err := b.Read(b.t.Context(), s.Epoch, next, 500)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, r := range page {
			trusted := "f"
			if r.Trusted {
				trusted = "t"
			}
			fmt.Fprintf(h, "%d/%d/%s%s", r.Seq, r.Time.UnixMilli(), trusted, r.Lane)
			h.Write(r.Body)
			next = r.Seq + 1
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
