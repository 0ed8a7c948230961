package postgres_test

import (
	"fmt"
	"testing"

	"checkpoint/store/journal"
	"checkpoint/sync/collector/postgres"
	"checkpoint/sync/wire"
)

// BenchmarkCommit stores groups as a collector does: of full batches, when a
// backlog comes in, and of single records of many boxes, as on any day.
func BenchmarkCommit(b *testing.B) {
	for _, group := range []struct{ boxes, records int }{{64, 100}, {200, 1}, {2000, 1}} {
		b.Run(fmt.Sprintf("%d boxes with %d records", group.boxes, group.records), func(b *testing.B) { benchmarkCommit(b, group.boxes, group.records) })
	}
}

func benchmarkCommit(b *testing.B, boxes, records int) {
	c := shared.Cluster(b)
	name := shared.Database(b)
	roles(b, c)
	migrate(b, c, name)
	s, err := postgres.Open(b.Context(), postgres.Options{URL: c.URL(name)})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	body := make([]byte, 140)
	next := uint64(1)
	for b.Loop() {
		var group []wire.Batch
		for box := range boxes {
			x := wire.Batch{Province: province, Box: fmt.Sprintf("gate-%d", box), Epoch: 1 + next/4000, Header: make([]byte, 200)}
			for i := range uint64(records) {
				x.Records = append(x.Records, journal.Sealed{Seq: next%4000 + i, Time: day, Trusted: true, Lane: "in", Body: body})
			}
			group = append(group, x)
		}
		next += uint64(records)
		if _, err := s.Commit(b.Context(), group); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*boxes*records)/b.Elapsed().Seconds(), "records/s")
}
