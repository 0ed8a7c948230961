package build_test

import (
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/build/input"
)

// A person's record keeps when the newest of each sort was taken, also of those
// under an old number; what a lookup gives is cut to the hour.
func TestTheNewestTestOfEachSortCounts(t *testing.T) {
	at := func(day, hour, minute int) time.Time {
		return time.Date(2025, 2, day, hour, minute, 0, 0, input.Vietnam())
	}
	f := files{people: two(), tests: []input.Test{
		{Number: an, Kind: input.TestPCR, Taken: at(3, 9, 15)},
		{Number: "912345678", Kind: input.TestPCR, Taken: at(5, 9, 59)},
		{Number: an, Kind: input.TestRapid, Taken: at(4, 9, 0)},
		{Number: an, Kind: input.TestRapid, Positive: true, Taken: at(1, 9, 0)},
		{Number: an, Kind: input.TestPCR, Positive: true, Taken: at(2, 9, 0)},
		{Number: "001090909999", Kind: input.TestPCR, Taken: at(2, 9, 0)},
	}}
	_, counts, _ := layer(t, f)
	if counts.Tests != 5 || counts.Strangers != 1 {
		t.Errorf("%d tests, %d strangers", counts.Tests, counts.Strangers)
	}
	got := lookAn(t, f).Tests
	if !got.PCR.Equal(at(5, 9, 0)) || !got.Rapid.Equal(at(4, 9, 0)) || !got.Positive.Equal(at(2, 9, 0)) {
		t.Errorf("%+v", got)
	}
	if none := look(t, f, checkpoint.KindCCCD, binh, "1990-01").Person.Tests; none != (checkpoint.Tests{}) {
		t.Errorf("of somebody without a test: %+v", none)
	}
}
