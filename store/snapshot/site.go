package snapshot

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"checkpoint"
)

// SiteLayer is a layer that only the boxes of one site carry: who belongs there
// and whom it expects.
type SiteLayer struct {
	Site  string   `cbor:"1,keyasint"` // id, as in the province's sites file
	Layer LayerRef `cbor:"2,keyasint"`
}

// maxSites bounds the part of a manifest that all boxes read for the layers of
// others: some 170 bytes a site.
const maxSites = 1000

// All are the layers that every box carries, and those of all sites.
func (m *Manifest) All() []LayerRef {
	all := slices.Clone(m.Layers)
	for _, s := range m.Sites {
		all = append(all, s.Layer)
	}
	return all
}

// at is the manifest as the boxes of one site carry it: the layers of other
// sites are not there.
func (m Manifest) at(site string) Manifest {
	for _, s := range m.Sites {
		if s.Site == site {
			m.Layers = append(slices.Clone(m.Layers), s.Layer)
		}
	}
	m.Sites = nil
	return m
}

func (m *Manifest) validateSites() error {
	if len(m.Sites) > maxSites {
		return fmt.Errorf("%w: lists of %d sites, at most %d", ErrUntrusted, len(m.Sites), maxSites)
	}
	for i, s := range m.Sites {
		if s.Site == "" || i > 0 && m.Sites[i-1].Site >= s.Site || s.Layer.Header.Kind != LayerSite {
			return fmt.Errorf("%w: lists of sites: want one for each, in order", ErrUntrusted)
		}
	}
	return nil
}

// At makes the box one of a site: from the next snapshot on it carries that
// site's lists. Empty: of no site.
func (b *Box) At(site string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.site = site
}

// own is what this box carries of a manifest.
func (b *Box) own(m Manifest) Manifest {
	b.mu.Lock()
	defer b.mu.Unlock()
	return m.at(b.site)
}

// Accept is [Accept] with the box's own trust. Of the layers of sites the
// manifest then names the box's own, among the layers.
func (b *Box) Accept(raw []byte, signatures []Signature) (Manifest, error) {
	m, err := Accept(raw, signatures, b.Trust())
	return b.own(m), err
}

// Listed is somebody on a site's lists before it is sealed.
type Listed struct {
	Key  string // a document number, or [checkpoint.ListedKey]
	Says checkpoint.Listed
}

// MaxVisits is how many appointments of one person a list holds.
const MaxVisits = 4

// A listed person is 37 bytes before sealing, always:
//
//	0      1: staff     1-2 staff from day     3-4 until day
//	5-36   four appointments: from and until, seconds since 1970, 4 bytes each
const (
	listedSize = 37
	visitsAt   = 5
	visitSize  = 8
)

func (l *Listed) encode() (b [listedSize]byte, err error) {
	days := make([]uint16, 2)
	for i, d := range []checkpoint.Date{l.Says.From, l.Says.Until} {
		if days[i], err = toDay(d); err != nil {
			return b, err
		}
	}
	if l.Says.Staff {
		b[0] = 1
	}
	binary.BigEndian.PutUint16(b[1:], days[0])
	binary.BigEndian.PutUint16(b[3:], days[1])
	if len(l.Says.Visits) > MaxVisits {
		return b, fmt.Errorf("%d appointments of one person: want at most %d that are not over", len(l.Says.Visits), MaxVisits)
	}
	for i, v := range l.Says.Visits {
		for k, t := range []time.Time{v.From, v.Until} {
			at := t.Unix()
			if at <= 0 || at > math.MaxUint32 {
				return b, fmt.Errorf("appointment at %s: want a time between 1970 and 2106", t.Format(time.RFC3339))
			}
			binary.BigEndian.PutUint32(b[visitsAt+visitSize*i+4*k:], uint32(at))
		}
	}
	return b, nil
}

func decodeListed(b []byte) (*checkpoint.Listed, error) {
	if len(b) != listedSize {
		return nil, fmt.Errorf("%w: listed person of %d bytes", ErrDamaged, len(b))
	}
	l := &checkpoint.Listed{Staff: b[0] == 1, From: fromDay(binary.BigEndian.Uint16(b[1:])), Until: fromDay(binary.BigEndian.Uint16(b[3:]))}
	for v := b[visitsAt:]; len(v) > 0; v = v[visitSize:] {
		if from, until := binary.BigEndian.Uint32(v), binary.BigEndian.Uint32(v[4:]); from > 0 {
			l.Visits = append(l.Visits, checkpoint.Visit{From: time.Unix(int64(from), 0), Until: time.Unix(int64(until), 0)})
		}
	}
	return l, nil
}

// HasList tells whether the box carries its site's lists.
func (r *Register) HasList() bool {
	return slices.ContainsFunc(r.layers, func(l *Layer) bool { return l.site() })
}

// Listed answers what the site's lists say of a document number, or of a key
// from [checkpoint.ListedKey]; nil: nothing. As with Lookup every answer is proven.
func (r *Register) Listed(key string) (*checkpoint.Listed, error) {
	f, err := r.search(checkpoint.Query{Kind: checkpoint.KindListed, Number: key})
	return f.listed, err
}

// site tells whether the layer is a site's lists, in which nothing else is.
func (l *Layer) site() bool { return l.ref.Header.Kind == LayerSite }
