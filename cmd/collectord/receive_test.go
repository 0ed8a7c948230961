package main

import (
	"crypto/ed25519"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/journal"
	"checkpoint/store/keys"
	"checkpoint/sync/wire"
)

// A box's own certificate lets it publish under its own name; what it publishes
// must not stand in for another segment, nor number what none holds: the ranges
// of a segment's row would grow without end.
func TestABatchThatIsNotOfItsSegmentIsRefused(t *testing.T) {
	trust, err := keys.Init(t.TempDir(), "mau", 3, 2)
	if err != nil {
		t.Fatal(err)
	}
	public, err := keys.RecordsPublic(trust)
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(journal.Options{Dir: t.TempDir(), Province: "mau", Box: "gate-1", BoxKey: ed25519.NewKeyFromSeed(make([]byte, 32)), ProvinceKey: public})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if _, err := j.Append(t.Context(), checkpoint.Record{Time: time.Now(), Kind: checkpoint.RecordEvent}); err != nil {
		t.Fatal(err)
	}
	segments, err := j.Segments(t.Context())
	if err != nil || len(segments) != 1 {
		t.Fatalf("%d segments, %v", len(segments), err)
	}
	good := wire.Batch{Province: "mau", Box: "gate-1", Epoch: segments[0].Epoch, Header: segments[0].Header,
		Records: []journal.Sealed{{Seq: journal.MaxRecords, Body: []byte("sealed")}}}
	if err := ofItsSegment(good); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*wire.Batch){
		"province": func(b *wire.Batch) { b.Province = "hue" },
		"box":      func(b *wire.Batch) { b.Box = "gate-2" },
		"epoch":    func(b *wire.Batch) { b.Epoch++ },
		"number": func(b *wire.Batch) {
			b.Records = []journal.Sealed{{Seq: journal.MaxRecords + 1, Body: []byte("sealed")}}
		},
		"gone":      func(b *wire.Batch) { b.Gone = []wire.Range{wire.Span(1, journal.MaxRecords+1)} },
		"no header": func(b *wire.Batch) { b.Header = []byte("h") },
	} {
		bad := good
		spoil(&bad)
		if ofItsSegment(bad) == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
