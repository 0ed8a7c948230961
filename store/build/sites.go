package build

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"checkpoint"
	"checkpoint/store/build/input"
	"checkpoint/store/fold"
	"checkpoint/store/snapshot"
)

// Sites are the lists of a province's sites, each of which becomes a layer for
// the boxes of that site alone.
type Sites struct {
	Rows   map[string]*SiteRows // by the id of the site
	Before []snapshot.SiteLayer // of the snapshot before: a list that says the same stays the very layer
}

// SiteRows are the lists of one site.
type SiteRows struct {
	Staff    []input.Staff
	Visitors []input.Visitor
}

// Layers writes them into dir, by rising id. Plan says for which province,
// snapshot and stretch.
func (s *Sites) Layers(plan snapshot.Plan, pepper snapshot.Pepper, dir string) (list []snapshot.SiteLayer, err error) {
	plan.Kind, plan.Below, plan.Stands = snapshot.LayerSite, nil, nil
	plan.Work.Keys, plan.Work.Step = nil, nil
	var ids []string
	for id := range s.Rows {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		ref, err := s.layer(id, plan, pepper, dir)
		if err != nil {
			return nil, fmt.Errorf("lists of site %s: %w", id, err)
		}
		list = append(list, snapshot.SiteLayer{Site: id, Layer: ref})
	}
	return list, nil
}

// layer writes a site's lists under the number of the snapshot before first: if
// that gives the layer that its boxes have, they need no other one.
func (s *Sites) layer(id string, plan snapshot.Plan, pepper snapshot.Pepper, dir string) (snapshot.LayerRef, error) {
	entries, err := s.Rows[id].entries()
	if err != nil {
		return snapshot.LayerRef{}, err
	}
	for _, before := range s.Before {
		if before.Site != id {
			continue
		}
		same := plan
		same.Number = before.Layer.Header.Number
		ref, err := write(entries, same, pepper, dir)
		if err != nil || ref.Root == before.Layer.Root {
			return ref, err
		}
		if err := os.Remove(filepath.Join(dir, ref.FileName())); err != nil {
			return ref, err
		}
	}
	return write(entries, plan, pepper, dir)
}

func write(entries []snapshot.Entry, plan snapshot.Plan, pepper snapshot.Pepper, dir string) (snapshot.LayerRef, error) {
	w, err := snapshot.NewLayerWriter(plan, pepper)
	if err != nil {
		return snapshot.LayerRef{}, err
	}
	defer w.Close()
	for _, e := range entries {
		if err := w.Add(e); err != nil {
			return snapshot.LayerRef{}, err
		}
	}
	return w.Write(dir)
}

// entries are the people of a site, each once.
func (s *SiteRows) entries() ([]snapshot.Entry, error) {
	says := map[string]*checkpoint.Listed{}
	of := func(who input.Who) *checkpoint.Listed {
		key := ListKey(who)
		if says[key] == nil {
			says[key] = &checkpoint.Listed{}
		}
		return says[key]
	}
	for _, p := range s.Staff {
		l := of(p.Who)
		if l.Staff {
			return nil, errors.New("somebody stands in two rows of the staff")
		}
		l.Staff, l.From, l.Until = true, p.From, p.Until
	}
	for _, v := range s.Visitors {
		l := of(v.Who)
		l.Visits = append(l.Visits, checkpoint.Visit{From: v.From, Until: v.Until})
	}
	var entries []snapshot.Entry
	for key, l := range says {
		slices.SortFunc(l.Visits, func(a, b checkpoint.Visit) int { return a.From.Compare(b.From) })
		l.Visits = l.Visits[:min(len(l.Visits), snapshot.MaxVisits)]
		entries = append(entries, snapshot.Entry{Listed: &snapshot.Listed{Key: key, Says: *l}})
	}
	return entries, nil
}

// ListKey is what somebody is found by on a site's lists.
func ListKey(who input.Who) string {
	if who.Number != "" {
		return strings.ToUpper(who.Number)
	}
	return checkpoint.ListedKey(fold.Name(who.FullName), who.Birth)
}

// Upcoming tells whether an appointment is not over at that time.
func Upcoming(v input.Visitor, now time.Time) bool { return !v.Until.Before(now) }
