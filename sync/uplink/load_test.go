package uplink

import (
	"reflect"
	"testing"

	"checkpoint/store/journal"
	"checkpoint/sync/wire"
)

func TestPackDeclaresGoneWhatTheJournalPassedOver(t *testing.T) {
	rec := func(seqs ...uint64) (out []journal.Sealed) {
		for _, n := range seqs {
			out = append(out, journal.Sealed{Seq: n, Body: []byte{1}})
		}
		return out
	}
	big := []journal.Sealed{{Seq: 5, Body: make([]byte, wire.MaxMessage)}, {Seq: 6, Body: []byte{1}}}
	o := order{epoch: 1, kind: fresh, from: 5, to: 9}
	for name, c := range map[string]struct {
		read []journal.Sealed
		want []journal.Sealed
		gone []wire.Range
		upto uint64
	}{
		"all there":          {rec(5, 6, 7, 8, 9), rec(5, 6, 7, 8, 9), nil, 9},
		"hole in the middle": {rec(5, 8, 9), rec(5, 8, 9), []wire.Range{wire.Span(6, 7)}, 9},
		"hole at the start":  {rec(7), rec(7), []wire.Range{wire.Span(5, 6)}, 7},
		"nothing of it left": {rec(20), nil, []wire.Range{wire.Span(5, 9)}, 9},
		"hole at the end":    {rec(5, 20), rec(5), []wire.Range{wire.Span(6, 9)}, 9},
		"short read":         {rec(5, 6), rec(5, 6), nil, 6},
		"too large to send":  {big, nil, []wire.Range{wire.Span(5, 5)}, 5},
	} {
		var b wire.Batch
		upto, err := pack(&b, o, c.read)
		if err != nil || upto != c.upto || !reflect.DeepEqual(b.Records, c.want) || !reflect.DeepEqual(b.Gone, c.gone) {
			t.Errorf("%s: %d records, gone %v, up to %d, %v", name, len(b.Records), b.Gone, upto, err)
		}
	}
	// What may be a slip of the journal must never be declared gone.
	for name, read := range map[string][]journal.Sealed{"nothing": nil, "before the order": rec(4, 5), "number zero": rec(0)} {
		var b wire.Batch
		if upto, err := pack(&b, o, read); err == nil || len(b.Gone) > 0 {
			t.Errorf("%s: up to %d, gone %v, %v", name, upto, b.Gone, err)
		}
	}
}
