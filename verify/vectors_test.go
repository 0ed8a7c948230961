package verify_test

import (
	"encoding/json"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/verify/credential"
	"checkpoint/verify/internal/beside"
	"checkpoint/verify/trust"
)

// Every public vector gets the verdict that follows from what is read of it: a
// code that is read badly or is nobody's is grey and never red, and one with an
// identity that is not in the data is the guard's.
func TestPublicVectorsAreAnsweredAsTheyAreRead(t *testing.T) {
	var file struct {
		Vectors []struct {
			ID  string
			Raw any
		}
	}
	must(t, json.Unmarshal(beside.Read(t, "vectors/payloads.json"), &file))
	d := newProvince(t, source([]life{person(1)})).desk(today(), sixHours)
	kinds := map[checkpoint.Verdict]int{}
	for _, v := range file.Vectors {
		payload, ok := v.Raw.(string)
		if !ok {
			continue // two names to compare
		}
		card := credential.Parse([]byte(payload), today())
		got := d.show(t, payload)
		kinds[got.Verdict]++
		want := "N02"
		switch {
		case card.Personal():
			if got.Verdict != checkpoint.Refer {
				t.Errorf("%s: %s", v.ID, words(got))
			}
			continue
		case card.Format == checkpoint.FormatDCC || card.Format == checkpoint.FormatDeclaration:
			if got.Verdict == checkpoint.Admit || got.Verdict == checkpoint.Refuse {
				t.Errorf("%s: signed by nobody on a list: %s", v.ID, words(got))
			}
			continue
		case card.Err != "" || card.Format == checkpoint.FormatUnknown:
			want = "N01"
		}
		if got.Verdict != checkpoint.NotRead || string(got.Reason) != want {
			t.Errorf("%s: %s, want not read %s", v.ID, words(got), want)
		}
	}
	if kinds[checkpoint.Refer] < 20 || kinds[checkpoint.NotRead] < 10 {
		t.Errorf("verdicts %v", kinds)
	}
}

// A box that lists the signer asks for the card of whoever shows a good public
// certificate, and lets nobody by on a bad one.
func TestPublicCertificatesAreAnsweredAtABox(t *testing.T) {
	var file struct {
		Vectors []struct {
			ID, Raw     string
			Certificate []byte
			Clock       time.Time `json:"validation_clock"`
			Expected    struct {
				Results map[string]bool `json:"EXPECTEDRESULTS"`
			}
		}
	}
	must(t, json.Unmarshal(beside.Read(t, "vectors/dcc.json"), &file))
	p := newProvince(t, source([]life{person(1)}))
	for _, v := range file.Vectors {
		good := true
		for _, expected := range v.Expected.Results {
			good = good && expected
		}
		b, err := trust.Encode([][]byte{v.Certificate}, nil, v.Clock.AddDate(0, 1, 0))
		must(t, err)
		d := p.desk(v.Clock, sixHours)
		d.data.Trusted, err = trust.Parse(b)
		must(t, err)
		got := d.show(t, v.Raw)
		if got.Verdict == checkpoint.Admit || (got.Reason == checkpoint.NumberHidden) != good {
			t.Errorf("%s: %s, good: %v", v.ID, words(got), good)
		}
	}
}
