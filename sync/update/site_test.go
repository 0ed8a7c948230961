package update

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/snapshot"
)

// publishLists publishes snapshot n, whose sites a and b have a list each of one
// person.
func (p *province) publishLists(n uint64) (base, a, b snapshot.LayerRef) {
	p.t.Helper()
	dir, m := p.build(n, 0, 100)
	for _, site := range []string{"a", "b"} {
		w, err := snapshot.NewLayerWriter(snapshot.Plan{Province: p.name, Kind: snapshot.LayerSite, Number: n}, p.pepper)
		must(p.t, err)
		must(p.t, w.Add(snapshot.Entry{Listed: &snapshot.Listed{Key: "staff of " + site, Says: checkpoint.Listed{Staff: true}}}))
		ref, err := w.Write(snapshot.LayersDir(dir))
		must(p.t, err)
		m.Sites = append(m.Sites, snapshot.SiteLayer{Site: site, Layer: ref})
	}
	must(p.t, snapshot.WriteBundle(dir, m))
	p.sign(dir, 0, 1)
	_, err := p.repo.Publish(dir, p.online)
	must(p.t, err)
	return m.Layers[0], m.Sites[0].Layer, m.Sites[1].Layer
}

func TestABoxFetchesTheListsOfItsOwnSiteAlone(t *testing.T) {
	p := newProvince(t, "mau")
	base, a, b := p.publishLists(1)
	for site, want := range map[string][]snapshot.LayerRef{"a": {base, a}, "b": {base, b}, "": {base}} {
		box := p.box(t.TempDir(), Directory(p.repo.Dir))
		box.At(site)
		box.mustUpdate()
		box.wants(1, 0, 99)
		files, err := os.ReadDir(box.LayersDir())
		if err != nil || len(files) != len(want) {
			t.Errorf("site %q: %d layers, want %d, %v", site, len(files), len(want), err)
		}
		r, err := box.Box.Open()
		must(t, err)
		defer r.Close()
		for _, other := range []string{"a", "b"} {
			who, err := r.Listed("staff of " + other)
			if err != nil || (who != nil) != (other == site) || r.HasList() != (site != "") {
				t.Errorf("site %q: staff of %s: %+v, %v", site, other, who, err)
			}
		}
		if m, err := r.Lookup(checkpoint.Query{Kind: checkpoint.KindCCCD, Number: "staff of " + site}); err != nil || m.Found {
			t.Errorf("a list answers for people: %+v, %v", m, err)
		}
	}
}

// A box that is moved to another site, or whose list is gone, serves all else,
// and has the list with the next snapshot.
func TestAListIsNotWorthGoingWithoutData(t *testing.T) {
	p := newProvince(t, "mau")
	p.publishLists(1)
	box := p.box(t.TempDir(), Directory(p.repo.Dir))
	box.At("a")
	box.mustUpdate()
	box.At("b")
	r, err := box.Box.Open()
	must(t, err)
	if r.HasList() || r.ListFault == nil {
		t.Errorf("list of a site that did not come: %t, %v", r.HasList(), r.ListFault)
	}
	r.Close()
	box.wants(1, 0, 99)
	p.now = p.now.Add(time.Hour)
	_, _, b := p.publishLists(2)
	box.now = p.now
	box.mustUpdate()
	r, err = box.Box.Open()
	must(t, err)
	defer r.Close()
	if who, err := r.Listed("staff of b"); err != nil || who == nil || r.ListFault != nil {
		t.Errorf("%+v, %v, %v", who, err, r.ListFault)
	}
	if _, err := os.Stat(filepath.Join(box.LayersDir(), b.FileName())); err != nil {
		t.Error(err)
	}
}
