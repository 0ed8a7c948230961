package policy_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"checkpoint/verify/policy"
)

// Whoever writes a policy is told every fact, and each can be given to a test
// case as it is told.
func TestEveryFactIsToldInBothLanguages(t *testing.T) {
	p, err := policy.Parse(policy.Sample())
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, w := range policy.Language() {
		if w.Vietnamese == "" || w.English == "" || names[w.Name] {
			t.Errorf("%+v", w)
		}
		names[w.Name] = true
		value, err := json.Marshal(w.Plain)
		if err != nil {
			t.Fatal(err)
		}
		if string(value) == "null" {
			value = []byte("[]")
		}
		if _, err := p.Given(p.Plain(), fmt.Sprintf("%s = %s", w.Name, value)); err != nil {
			t.Errorf("%s: %v", w.Name, err)
		}
	}
	for _, name := range []string{"card.agrees", "doses.days", "declaration.to", "zone.here", "site.visitor"} {
		if !names[name] {
			t.Errorf("%s is not told", name)
		}
	}
}
