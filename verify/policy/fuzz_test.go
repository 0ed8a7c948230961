package policy_test

import (
	"bytes"
	"testing"

	"checkpoint"
	"checkpoint/verify/policy"
)

// Whatever is signed as a policy, reading it ends with an error or with rules
// that decide: never with a panic on a box, and never by letting everybody
// through at the end.
func FuzzParse(f *testing.F) {
	rules, _, _ := bytes.Cut(policy.Sample(), []byte("[[test]]"))
	f.Add(rules)
	f.Add([]byte(head + rule("a", "count(doses.days, # >= 14) >= 2", "admit", "G1") + rule("rest", "true", "refer", "A01")))
	f.Add([]byte(head + rule("a", "doses.days[99] > 1 || card.kind matches '('", "refuse", "R05") + rule("rest", "true", "refer", "A01")))
	f.Fuzz(func(t *testing.T, source []byte) {
		p, err := policy.Parse(source)
		if err != nil {
			return
		}
		for _, facts := range []policy.Facts{{}, p.Plain()} {
			if got := p.Decide(facts); got.Verdict != checkpoint.Admit && got.Verdict != checkpoint.Refer && got.Verdict != checkpoint.Refuse || got.Rule == "" {
				t.Errorf("%+v", got)
			}
		}
		if last := p.Rules()[len(p.Rules())-1]; last.Verdict == checkpoint.Admit {
			t.Error("the last rule admits")
		}
	})
}
