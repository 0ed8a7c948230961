package dcc_test

import (
	"encoding/json"
	"testing"
	"time"

	"checkpoint/verify/dcc"
	"checkpoint/verify/internal/beside"
)

// The public EU test data says of each certificate which steps must work.
func TestPublicTestData(t *testing.T) {
	var file struct {
		Vectors []struct {
			ID, Raw     string
			Certificate []byte
			Clock       time.Time `json:"validation_clock"`
			Expected    struct {
				Results map[string]bool `json:"EXPECTEDRESULTS"`
				Birth   string          `json:"dob"`
				Kinds   []string
				Names   map[string]string `json:"nam"`
			}
		}
	}
	if err := json.Unmarshal(beside.Read(t, "vectors/dcc.json"), &file); err != nil || len(file.Vectors) == 0 {
		t.Fatalf("%d cases, %v", len(file.Vectors), err)
	}
	for _, v := range file.Vectors {
		want := true
		for _, expected := range v.Expected.Results {
			want = want && expected
		}
		signers, _ := dcc.NewSigners([][]byte{v.Certificate})
		p, err := dcc.Verify(v.Raw, signers, v.Clock)
		if (err == nil) != want {
			t.Errorf("%s: %v, want good: %v", v.ID, err, want)
		}
		if e := v.Expected; err == nil && e.Birth != "" && (p.Birth != e.Birth || string(p.Kind) != e.Kinds[0] || p.Name.Surname != e.Names["fn"] || p.Name.MachineForename != e.Names["gnt"]) {
			t.Errorf("%s: %+v, want %+v", v.ID, p, e)
		}
	}
}
