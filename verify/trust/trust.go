package trust

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"checkpoint/verify/dcc"
	"checkpoint/verify/declaration"
)

// List says whose signed papers are believed.
type List struct {
	Passports    dcc.Signers
	Listed       int // certificates of these that can be used
	Declarations declaration.Keys
	Expires      time.Time // after it no paper is good by its signature; nothing stops
}

// maxListed bounds each section. The EU had about 300 signers; a manifest, which
// carries the list, is at most a mebibyte.
const maxListed = 512

// file is the list as it is written: JSON, read by people, too. Further
// sections may stand beside these.
type file struct {
	Format       int               `json:"format"`
	Expires      time.Time         `json:"expires"`
	Certificates [][]byte          `json:"passport_signers"` // DER, base64
	Declarations []declaration.Key `json:"declaration_keys,omitempty"`
}

// Encode writes a list of certificates in DER and of declaration keys, of which
// every one must be usable.
func Encode(certificates [][]byte, keys declaration.Keys, expires time.Time) ([]byte, error) {
	if _, bad := dcc.NewSigners(certificates); bad > 0 {
		return nil, fmt.Errorf("trust list: %d of %d files are no certificate", bad, len(certificates))
	}
	f := file{1, expires, certificates, keys}
	if err := f.bounded(); err != nil {
		return nil, err
	}
	for _, k := range keys {
		if err := k.Validate(); err != nil {
			return nil, fmt.Errorf("trust list: %w", err)
		}
	}
	b, err := json.MarshalIndent(f, "", "  ")
	return append(b, '\n'), err
}

func (f *file) bounded() error {
	if n := max(len(f.Certificates), len(f.Declarations)); n > maxListed {
		return fmt.Errorf("trust list: %d certificates or keys, at most %d", n, maxListed)
	}
	return nil
}

// Parse reads a list. Certificates and keys that this version cannot read are
// left out: one odd country must not cost the others.
func Parse(b []byte) (*List, error) {
	var f file
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("trust list: %w", err)
	}
	switch {
	case f.Format != 1:
		return nil, fmt.Errorf("trust list: format %d: this version reads 1", f.Format)
	case f.Expires.IsZero():
		return nil, errors.New("trust list: expires: missing")
	}
	if err := f.bounded(); err != nil {
		return nil, err
	}
	signers, bad := dcc.NewSigners(f.Certificates)
	list := &List{Passports: signers, Listed: len(f.Certificates) - bad, Expires: f.Expires}
	for _, k := range f.Declarations {
		if k.Validate() == nil {
			list.Declarations = append(list.Declarations, k)
		}
	}
	return list, nil
}

// Old tells whether the list has expired, or there is none.
func (l *List) Old(now time.Time) bool { return l == nil || now.After(l.Expires) }
