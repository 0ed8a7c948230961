package main

import (
	"fmt"

	"checkpoint/cmd/internal/report"
	"checkpoint/cmd/internal/rig"
	"checkpoint/store/build/sample"
	"checkpoint/store/snapshot"
)

const (
	targetStretched = 15    // ms
	stretchedPeople = 5_000 // a stretch for each entry takes long; a lookup costs one, however many there are
)

// measureStretched looks up where each record key costs Argon2id of 8 MiB.
func measureStretched(o *options, whole *province, t *report.Table) error {
	people := min(o.people, stretchedPeople)
	p := whole.part("stretched")
	if err := p.sample(people, o.seed); err != nil {
		return err
	}
	if err := p.makeKeys(); err != nil {
		return err
	}
	if _, _, err := snapshot.ReadBundle(p.snapshot(1)); err != nil {
		if _, err := p.build(1, "base", p.sheet(sample.PeopleFile), "--doses", p.sheet(sample.DosesFile), "--stretch"); err != nil {
			return err
		}
	}
	if err := p.layers(people, "--stretch"); err != nil {
		return err
	}
	if _, err := p.load(); err != nil {
		return err
	}
	asked, err := p.people(people / 4)
	if err != nil {
		return err
	}
	limit, err := limitMemory(o.limit)
	note := fmt.Sprintf("in a cgroup of %d MB", o.limit>>20)
	if err != nil {
		limit, note = noLimit{}, "without a memory limit: "+err.Error()
	}
	defer limit.remove()
	waited := rig.PressureNow()
	r, err := p.lookUp(asked, limit)
	if err != nil {
		return err
	}
	t.Add("lookup with the stretch on: p99", "≤ 15 ms: "+report.Verdict(r.Before.P99.Milliseconds(), targetStretched), fmt.Sprintf("%.1f ms, p50 %.1f ms", r.Before.P99.Seconds()*1000, r.Before.P50.Seconds()*1000), fmt.Sprintf("%d lookups after the first %d, %s; base + 2 layers of %d people, for a build computes a stretch for each entry; %s", r.Before.N, r.First.N, note, people, waited))
	return nil
}
