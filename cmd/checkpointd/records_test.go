package main

import (
	"context"
	"crypto/ed25519"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"checkpoint"
	"checkpoint/store/journal"
)

// stored is one record of a box, opened with the province's key.
type stored struct {
	checkpoint.Position
	checkpoint.Record
}

// read opens the journal below a state directory as the next start of the
// daemon does, and reads it as the province would. A segment that was set
// aside, is not the box's or has a gap fails the test.
func (p *province) read(t testing.TB, state string) (list []stored) {
	t.Helper()
	j, box := p.journal(t, state)
	defer j.Close()
	segments, err := j.Segments(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range segments {
		list = append(list, p.readSegment(t, j, s, box)...)
	}
	return list
}

func (p *province) journal(t testing.TB, state string) (*journal.Journal, ed25519.PublicKey) {
	t.Helper()
	box, err := boxKey(state)
	if err != nil {
		t.Fatal(err)
	}
	trust := p.records.PublicKey()
	j, err := journal.Open(journal.Options{
		Dir: filepath.Join(state, "journal"), Province: "mau", Box: "thu-0001", BoxKey: box, ProvinceKey: trust, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatalf("open the journal after the daemon's end: %v", err)
	}
	if n := j.Stats().Damaged; n > 0 {
		t.Fatalf("%d journal segments damaged", n)
	}
	return j, box.Public().(ed25519.PublicKey)
}

// sealedRecord is one as it goes to the province.
type sealedRecord struct {
	epoch uint64
	journal.Sealed
}

// sealed reads the journal below a state directory without opening its records.
func (p *province) sealed(t testing.TB, state string) (list []sealedRecord) {
	t.Helper()
	j, _ := p.journal(t, state)
	defer j.Close()
	segments, err := j.Segments(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range segments {
		for seq := uint64(1); seq <= s.Last; {
			page, err := j.Read(t.Context(), s.Epoch, seq, 100)
			if err != nil || len(page) == 0 {
				t.Fatalf("read record %d of %d: %v", seq, s.Last, err)
			}
			for _, r := range page {
				list = append(list, sealedRecord{s.Epoch, r})
				seq = r.Seq + 1
			}
		}
	}
	return list
}

func (p *province) readSegment(t testing.TB, j *journal.Journal, s journal.Segment, box ed25519.PublicKey) (list []stored) {
	t.Helper()
	h, err := journal.ParseHeader(s.Header)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Verify(box); err != nil {
		t.Fatal(err)
	}
	key, err := journal.OpenSegmentKey(h, p.records)
	if err != nil {
		t.Fatal(err)
	}
	for seq := uint64(1); seq <= s.Last; {
		sealed, err := j.Read(context.Background(), s.Epoch, seq, 100)
		if err != nil || len(sealed) == 0 {
			t.Fatalf("read record %d of %d: %d records, %v", seq, s.Last, len(sealed), err)
		}
		for _, r := range sealed {
			if r.Seq != seq {
				t.Fatalf("record %d where %d was due", r.Seq, seq)
			}
			clear, err := key.Open(r)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, stored{checkpoint.Position{Epoch: s.Epoch, Seq: seq}, clear})
			seq++
		}
	}
	return list
}

// numberOf is the document number on a sample card.
func numberOf(payload string) string {
	number, _, _ := strings.Cut(payload, "|")
	return number
}
