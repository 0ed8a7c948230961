package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"checkpoint/cmd/internal/report"
	"checkpoint/cmd/internal/rig"
	"checkpoint/store/build/sample"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
)

func measureBuild(o *options, p *province, t *report.Table) error {
	others, err := p.sheets(o)
	if err != nil {
		return err
	}
	if err := p.makeKeys(); err != nil {
		return err
	}
	waited := rig.PressureNow()
	u, err := p.build(1, "base", p.sheet(sample.PeopleFile), others...)
	if err != nil {
		return err
	}
	t.Add("build from CSV", "≤ 80 s: "+report.Verdict(u.wall.Seconds(), targetBuild), fmt.Sprintf("%.1f s", u.wall.Seconds()), fmt.Sprintf("%d people; %.1f s of processor time; %s", o.people, u.processor.Seconds(), waited.String()))
	t.Add("its peak memory (RSS)", "≤ 128 MB: "+report.Verdict(u.memory>>20, targetMemory), fmt.Sprintf("%d MB", u.memory>>20), "ru_maxrss of the process")
	ref, size, err := p.layer(1)
	if err != nil {
		return err
	}
	h := ref.Header
	t.Add("the layer on disk", "–", fmt.Sprintf("%.1f MB", float64(size)/1e6), fmt.Sprintf("%d people with %d further documents: %.1f bytes a person in all", h.People-1, h.Aliases, float64(size)/float64(h.People)))
	return nil
}

// sheets makes the files, and says how those beside the people file are given
// to the build.
func (p *province) sheets(o *options) (others []string, err error) {
	if o.beyondSample() {
		return nil, p.many(o.people)
	}
	return []string{"--doses", p.sheet(sample.DosesFile), "--cases", p.sheet(sample.CasesFile), "--withdrawn", p.sheet(sample.WithdrawnFile)}, p.sample(o.people, o.seed)
}

// layer is the newest layer of snapshot n and its size in bytes.
func (p *province) layer(n int) (snapshot.LayerRef, int64, error) {
	raw, _, err := snapshot.ReadBundle(p.snapshot(n))
	if err != nil {
		return snapshot.LayerRef{}, 0, err
	}
	m, err := snapshot.PeekManifest(raw)
	if err != nil {
		return snapshot.LayerRef{}, 0, err
	}
	info, err := os.Stat(filepath.Join(snapshot.LayersDir(p.snapshot(n)), m.Layers[0].FileName()))
	if err != nil {
		return snapshot.LayerRef{}, 0, err
	}
	return m.Layers[0], info.Size(), nil
}

// measureBytes builds the same people without and with one further document.
func measureBytes(o *options, p *province, t *report.Table) error {
	if err := errors.Join(p.sample(o.people, o.seed), p.makeKeys()); err != nil {
		return err
	}
	n := min(o.people, 400_000)
	var sizes []float64
	for i, health := range []func(int) string{func(int) string { return "" }, func(i int) string { return fmt.Sprintf("%010d", i) }} {
		path, err := p.strip(fmt.Sprintf("stripped-%d.csv", i), n, health)
		if err != nil {
			return err
		}
		if _, err := p.build(100, "base", path); err != nil {
			return err
		}
		_, size, err := p.layer(100)
		if err != nil {
			return err
		}
		sizes = append(sizes, float64(size)/float64(n))
		if err := os.RemoveAll(p.snapshot(100)); err != nil {
			return err
		}
	}
	person, document := sizes[0], sizes[1]-sizes[0]
	t.Add("bytes on the box: a person with one document", "≤ 100: "+report.Verdict(person, targetPerson), fmt.Sprintf("%.1f", person), fmt.Sprintf("file of %d people without further documents", n))
	t.Add("each further document", "≤ 45: "+report.Verdict(document, targetDocument), fmt.Sprintf("%.1f", document), "growth of that file when each has one more")
	return nil
}

const (
	askedFirst  = 5000   // just after boot
	askedBefore = 60_000 // until the limit is full of pages
	askedThen   = 10_000
)

// asked is how many people are looked up.
func (o *options) asked() int { return min(askedFirst+askedBefore+askedThen, o.people/4) }

// split says where the first lookups of n end, and where the last begin.
func split(n int) (first, last int) {
	const all = askedFirst + askedBefore + askedThen
	return n * askedFirst / all, n * (askedFirst + askedBefore) / all
}

func measureLookups(o *options, p *province, t *report.Table) error {
	if !o.beyondSample() { // else the build was measured before
		if err := p.base(1, o.people, o.seed); err != nil {
			return err
		}
	}
	if err := p.layers(o.people); err != nil {
		return err
	}
	load, err := p.load()
	if err != nil {
		return err
	}
	t.Add("loading it on a box", "–", load.Round(100*time.Millisecond).String(), "base, daily and hourly layer: copied, every block proven, switched to")
	people, err := p.people(o.asked())
	if err != nil {
		return err
	}
	limit, note := limited(o.limit)
	defer limit.remove()
	waited := rig.PressureNow()
	r, err := p.lookUp(people, limit)
	if err != nil {
		return err
	}
	note += "; base + 2 layers; " + waited.String()
	t.Add("open after the file was forgotten", "≤ 50 ms: "+report.Verdict(r.Open.Milliseconds(), targetOpen), ms(r.Open), "three layers, their indexes proven; cache dropped before")
	t.Add("lookup, steady state: p50", "≤ 90 µs: "+report.Verdict(r.Then.P50.Microseconds(), targetMiddle), µs(r.Then.P50), note)
	t.Add("lookup, steady state: p99", "≤ 400 µs: "+report.Verdict(r.Then.P99.Microseconds(), targetTail), µs(r.Then.P99), fmt.Sprintf("%d lookups after %d others, each a different person", r.Then.N, r.First.N+r.Before.N))
	t.Add("bytes read for it", "≤ 8192: "+report.Verdict(r.Then.Read, targetRead), fmt.Sprint(r.Then.Read), "mean, the disk's own counter (/sys/block): everybody's, so keep the machine idle")
	t.Add("lookup, just after boot: p50 / p99", "–", µs(r.First.P50)+" / "+µs(r.First.P99), fmt.Sprintf("the first %d lookups after the cache was dropped; %d bytes read each", r.First.N, r.First.Read))
	t.Add("lookup, file warm: p50 / p99", "–", µs(r.Warm.P50)+" / "+µs(r.Warm.P99), fmt.Sprintf("the last %d people again; %d bytes read each", r.Warm.N, r.Warm.Read))
	return nil
}

// layers puts a daily layer of 0.1 % and an hourly one of 0.01 % on the base.
func (p *province) layers(people int, more ...string) error {
	for _, l := range []struct {
		number, people int
		kind           string
	}{{2, people / 1000, "daily"}, {3, people / 10_000, "hourly"}} {
		path, err := p.some(l.kind+".csv", max(l.people, 10))
		if err != nil {
			return err
		}
		if _, err := p.build(l.number, l.kind, path, more...); err != nil {
			return err
		}
	}
	return nil
}

func (p *province) box() (*snapshot.Box, error) {
	trust, err := snapshot.ReadTrust(p.path("keys/" + keys.ProvinceFile))
	if err != nil {
		return nil, err
	}
	pepper, err := snapshot.ReadPepper(p.path("keys/" + keys.PepperFile))
	if err != nil {
		return nil, err
	}
	return snapshot.NewBox(p.path("box"), trust, pepper), nil
}

func (p *province) load() (time.Duration, error) {
	if err := os.RemoveAll(p.path("box")); err != nil {
		return 0, err
	}
	box, err := p.box()
	if err != nil {
		return 0, err
	}
	started := time.Now()
	_, err = box.Load(p.snapshot(3), snapshot.Incoming{})
	return time.Since(started), err
}

func µs(d time.Duration) string { return fmt.Sprintf("%d µs", d.Microseconds()) }
func ms(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
