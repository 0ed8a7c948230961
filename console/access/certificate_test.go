package access

import (
	"regexp"
	"strings"
	"testing"
)

func TestTheBoxKeepsItsCertificateAsLongAsItsNames(t *testing.T) {
	in := inFile(t)
	first, err := Certificate(in, []string{"hd-0412", "192.0.2.7"})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"hd-0412", "192.0.2.7"} {
		if err := first.Leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if first.Leaf.IsCA {
		t.Error("who steals the box could vouch for other sites")
	}
	again, err := Certificate(in, []string{"hd-0412"})
	if err != nil || Fingerprint(again) != Fingerprint(first) {
		t.Errorf("at the next start: %v", err)
	}
	if !regexp.MustCompile(`^([0-9A-F]{2}:){31}[0-9A-F]{2}$`).MatchString(Fingerprint(first)) {
		t.Errorf("fingerprint %s", Fingerprint(first))
	}
	moved, err := Certificate(in, []string{"hd-0412", "192.0.2.8"})
	if err != nil || Fingerprint(moved) == Fingerprint(first) {
		t.Errorf("under another address: %v", err)
	}
	if err := in.Save([]byte(strings.Repeat("x", 100))); err != nil {
		t.Fatal(err)
	}
	if _, err := Certificate(in, []string{"hd-0412"}); err != nil {
		t.Errorf("in the place of a damaged one: %v", err)
	}
}
