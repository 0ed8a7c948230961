package keys

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"checkpoint/store/snapshot"
)

// Fitting is what a set of key files is good for.
type Fitting struct {
	Trust   snapshot.Trust
	Missing []string // keys of province.json whose secret is not in the set
}

// Fit checks that secret key files, by name, answer for the public keys of the
// province.json among them. Files that it does not know are not its business.
// It reports every fault at once.
func Fit(files map[string][]byte) (Fitting, error) {
	f := fitter{missing: map[string]string{}}
	trust, err := snapshot.ParseTrust(files[ProvinceFile])
	if files[ProvinceFile] == nil {
		err = errors.New("missing: nothing says what the keys are for")
	}
	if err != nil {
		return Fitting{}, fmt.Errorf("%s: %w", ProvinceFile, err)
	}
	f.expect(trust)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		f.see(name, files[name])
	}
	return Fitting{Trust: trust, Missing: slices.Sorted(maps.Values(f.missing))}, errors.Join(f.faults...)
}

// fitter collects which public keys are not answered for.
type fitter struct {
	missing map[string]string // what a key is known by -> what people call it
	faults  []error
}

func (f *fitter) expect(t snapshot.Trust) {
	for _, k := range slices.Concat(t.Snapshot.Keys, t.Collectors.Keys, t.Office.Keys) {
		f.missing[string(k.Key)] = k.Name
	}
	f.missing[string(t.RecordsKey)] = "records"
	f.missing[PepperFile] = "pepper"
}

// see takes one file off the list.
func (f *fitter) see(name string, text []byte) {
	officer := strings.HasPrefix(name, "officer-") && strings.HasSuffix(name, ".key")
	if !officer && !slices.Contains([]string{CollectorFile, OfficeFile, RecordsFile, PepperFile, OnlineFile}, name) {
		return
	}
	secret, err := parseSecret(text)
	if err != nil {
		f.faults = append(f.faults, fmt.Errorf("%s: %w", name, err))
		return
	}
	known := string(ed25519.NewKeyFromSeed(secret).Public().(ed25519.PublicKey))
	switch name {
	case OnlineFile:
		return // province.json does not name it
	case PepperFile:
		known = PepperFile
	case RecordsFile:
		known = publicX25519(secret)
	}
	if _, ok := f.missing[known]; !ok {
		f.faults = append(f.faults, fmt.Errorf("%s: not a key that %s names", name, ProvinceFile))
	}
	delete(f.missing, known)
}

func publicX25519(secret []byte) string {
	key, err := ecdh.X25519().NewPrivateKey(secret)
	if err != nil {
		return ""
	}
	return string(key.PublicKey().Bytes())
}

// SameProvince tells whether two province.json name the same province and the
// same keys.
func SameProvince(a, b snapshot.Trust) bool {
	same := func(a, b snapshot.KeySet) bool {
		return a.Threshold == b.Threshold && slices.EqualFunc(a.Keys, b.Keys, func(x, y snapshot.PublicKey) bool { return bytes.Equal(x.Key, y.Key) })
	}
	return a.Province == b.Province && same(a.Snapshot, b.Snapshot) && same(a.Collectors, b.Collectors) && same(a.Office, b.Office) && bytes.Equal(a.RecordsKey, b.RecordsKey)
}
