package snapshot

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"checkpoint"
)

func goldenListed() *Listed {
	at := time.Date(2021, 10, 15, 8, 0, 0, 0, time.UTC)
	return &Listed{Key: "001090900001", Says: checkpoint.Listed{
		Staff: true, From: checkpoint.Date{Year: 2021, Month: 1, Day: 1}, Until: checkpoint.Date{Year: 2021, Month: 12, Day: 31},
		Visits: []checkpoint.Visit{{From: at, Until: at.Add(time.Hour)}},
	}}
}

// The bytes are what boxes in the field hold.
func TestGoldenListed(t *testing.T) {
	b, err := goldenListed().encode()
	if err != nil {
		t.Fatal(err)
	}
	want := "01" + "1df8" + "1f64" + "61693500" + "61694310" + strings.Repeat("00", 24)
	if got := hex.EncodeToString(b[:]); got != want {
		t.Errorf("the bytes have changed to %s", got)
	}
	got, err := decodeListed(b[:])
	says := goldenListed().Says
	if err != nil || !got.Staff || got.From != says.From || got.Until != says.Until || len(got.Visits) != 1 || !got.Visits[0].From.Equal(says.Visits[0].From) || !got.Visits[0].Until.Equal(says.Visits[0].Until) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := decodeListed(b[1:]); !errors.Is(err, ErrDamaged) {
		t.Errorf("cut short: %v", err)
	}
	if n := len(appendKeyMaterial(nil, make([]byte, 32), entryListed)); n > 55 {
		t.Errorf("its key is made of %d bytes, more than one block of SHA-256", n)
	}
}

func TestListsThatNoManifestHolds(t *testing.T) {
	list := func(site string, kind LayerKind) SiteLayer {
		return SiteLayer{Site: site, Layer: LayerRef{Header: Header{Format: layerFormat, Province: "mau", Kind: kind}}}
	}
	for name, sites := range map[string][]SiteLayer{
		"no id": {list("", LayerSite)}, "out of order": {list("b", LayerSite), list("a", LayerSite)}, "twice": {list("a", LayerSite), list("a", LayerSite)},
		"people": {list("a", LayerBase)}, "too many": make([]SiteLayer, maxSites+1),
	} {
		m := Manifest{Sites: sites}
		if err := m.validateSites(); !errors.Is(err, ErrUntrusted) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
