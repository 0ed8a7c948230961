package journal

import (
	"bytes"
	"context"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/lossfs"
)

func TestMain(m *testing.M) {
	if lossfs.Serve() || appendForever() {
		return
	}
	m.Run()
}

// keys are the same in every process and every run: the golden bytes and the
// tests across a restart need that.
func testKeys() (box ed25519.PrivateKey, province hpke.PrivateKey) {
	k, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		panic(err)
	}
	province, err = hpke.NewDHKEMPrivateKey(k)
	if err != nil {
		panic(err)
	}
	return ed25519.NewKeyFromSeed(bytes.Repeat([]byte{9}, ed25519.SeedSize)), province
}

func testOptions(dir string) Options {
	box, province := testKeys()
	return Options{Dir: dir, Province: "HN", Box: "box-01", BoxKey: box, ProvinceKey: province.PublicKey(), Log: slog.New(slog.DiscardHandler)}
}

func openAt(t testing.TB, o Options) *Journal {
	t.Helper()
	j, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := j.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return j
}

// sample is an invented decision; n makes it recognisable.
func sample(n int) checkpoint.Record {
	return checkpoint.Record{
		Time: time.UnixMilli(1_630_000_000_000 + int64(n)).UTC(), Trusted: n%2 == 0, Lane: "in-1", Kind: checkpoint.RecordDecision,
		Direction: checkpoint.In, Verdict: checkpoint.Admit, Reason: checkpoint.MeetsRule, Findings: []checkpoint.Finding{checkpoint.FoundRecovered},
		Rule: "two-doses", Snapshot: 41, Policy: 3, Format: checkpoint.FormatCCCD2021, Document: checkpoint.KindCCCD, Number: fmt.Sprintf("%012d", n),
	}
}

func number(r checkpoint.Record) int {
	n, err := strconv.Atoi(r.Number)
	if err != nil {
		return -1
	}
	return n
}

func add(t testing.TB, j *Journal, n int) checkpoint.Position {
	t.Helper()
	p, err := j.Append(context.Background(), sample(n))
	if err != nil {
		t.Fatalf("append %d: %v", n, err)
	}
	return p
}

// contents opens everything the journal holds, as the province would.
func contents(t testing.TB, j *Journal) map[checkpoint.Position]int {
	t.Helper()
	box, province := testKeys()
	segments, err := j.Segments(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	out := map[checkpoint.Position]int{}
	for _, s := range segments {
		h, err := ParseHeader(s.Header)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Verify(box.Public().(ed25519.PublicKey)); err != nil {
			t.Fatal(err)
		}
		key, err := OpenSegmentKey(h, province)
		if err != nil {
			t.Fatal(err)
		}
		for from := uint64(1); from <= s.Last; {
			records, err := j.Read(context.Background(), s.Epoch, from, 100)
			if err != nil || len(records) == 0 {
				t.Fatalf("read %016x from %d: %d records, %v", s.Epoch, from, len(records), err)
			}
			for _, r := range records {
				if r.Seq != from {
					t.Fatalf("read %016x: sequence %d where %d was due", s.Epoch, r.Seq, from)
				}
				clear, err := key.Open(r)
				if err != nil {
					t.Fatal(err)
				}
				out[checkpoint.Position{Epoch: s.Epoch, Seq: r.Seq}] = number(clear)
				from++
			}
		}
	}
	return out
}

func wantContents(t testing.TB, j *Journal, want map[checkpoint.Position]int) {
	t.Helper()
	got := contents(t, j)
	for p, n := range want {
		if have, ok := got[p]; !ok || have != n {
			t.Errorf("record %016x/%d: have %d (there: %t), want %d", p.Epoch, p.Seq, have, ok, n)
		}
	}
}

func segmentFiles(t testing.TB, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}
