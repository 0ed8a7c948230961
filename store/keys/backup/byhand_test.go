package backup_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
)

// What somebody can do with the age and tar tools and no other.

func untar(t *testing.T, path string) map[string][]byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return untarred(t, b)
}

func untarred(t *testing.T, b []byte) map[string][]byte {
	t.Helper()
	files := map[string][]byte{}
	for r := tar.NewReader(bytes.NewReader(b)); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err == nil {
			files[h.Name], err = io.ReadAll(r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// member is the key in an officer's share: the age file begins after the label.
func (o *office) member(out string, officer int) age.Identity {
	o.t.Helper()
	text, err := os.ReadFile(o.shares(out, officer)[0])
	if err != nil {
		o.t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(text), armor.Header)
	r, err := age.Decrypt(armor.NewReader(strings.NewReader(armor.Header+body)), o.identities[officer])
	if err != nil {
		o.t.Fatal(err)
	}
	key, err := age.ParseIdentities(r)
	if err != nil {
		o.t.Fatal(err)
	}
	return key[0]
}

// peel takes off as many layers as the keys open, in any order.
func peel(sealed []byte, with ...age.Identity) []byte {
	for {
		r, err := age.Decrypt(bytes.NewReader(sealed), with...)
		if err != nil {
			return sealed
		}
		if sealed, err = io.ReadAll(r); err != nil {
			return nil
		}
	}
}
