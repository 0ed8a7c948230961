package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"checkpoint/store/journal"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/wire"
)

// Two records under one number are kept both, and somebody is told which and
// in what they differ.
func TestConflictsAreReported(t *testing.T) {
	p := newProvince(t)
	receive := p.cluster.URLFor("checkpoint_receive", "checkpoint")
	store, err := postgres.Open(t.Context(), postgres.Options{URL: receive})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	commit := func(body string, lane string) {
		t.Helper()
		_, err := store.Commit(t.Context(), []wire.Batch{{Province: "mau", Box: "cu-9", Epoch: 1<<63 + 7, Header: []byte("h"),
			Records: []journal.Sealed{{Seq: 41, Time: time.Unix(1_700_000_000, 0), Lane: lane, Body: []byte(body)}}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	report := func(more ...string) string {
		return p.run(append([]string{"report", "conflicts", "--database", receive, "--box", "cu-9"}, more...)...)
	}
	commit("first", "1")
	if out := report(); out != "0 mâu thuẫn / conflicts\n" {
		t.Errorf("%q", out)
	}
	commit("other", "1")
	commit("other", "2")
	commit("other", "2") // again is no news
	out := report()
	for _, want := range []string{"2 mâu thuẫn / conflicts\n", fmt.Sprintf("%016x", uint64(1<<63+7)), "  41  ", "  body\n", "  lane body\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}
	var c postgres.Conflict
	if err := json.Unmarshal([]byte(report("--json", "--most", "1")), &c); err != nil || c.Box != "cu-9" || c.Epoch != 1<<63+7 || c.Seq != 41 || c.First.IsZero() || c.Second.IsZero() {
		t.Errorf("%+v, %v", c, err)
	}
}
