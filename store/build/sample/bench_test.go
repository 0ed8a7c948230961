package sample

import (
	"testing"

	"checkpoint"
)

func BenchmarkGenerate(b *testing.B) {
	b.ReportAllocs()
	o := Options{People: max(b.N, MinPeople), Seed: 7, Date: checkpoint.Date{Year: 2025, Month: 3, Day: 1}}
	if err := Generate(b.Context(), b.TempDir(), o); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(o.People)/b.Elapsed().Seconds(), "people/s")
}

func BenchmarkPayload(b *testing.B) {
	p, err := New(Options{People: 1_000_000, Seed: 7, Date: checkpoint.Date{Year: 2025, Month: 3, Day: 1}})
	if err != nil {
		b.Fatal(err)
	}
	i := 0
	for b.Loop() {
		p.Payload(i % 1_000_000)
		i++
	}
}
