package rollout

import (
	"fmt"
	"strings"
	"time"

	"checkpoint/store/stages"
)

// leastDecided is how many decisions the share of refused ones is judged by, at
// least: of three people one refused says nothing.
const leastDecided = 50

// Rule is a condition under which a rollout is to be paused: a share of
// something is more than a bound.
type Rule struct {
	What  string // faults, silent or refuse
	Above int    // 1/10,000
}

// ParseRule reads a condition as people write it: "faults>2%" (boxes whose
// stage has begun that could not take the snapshot), "silent>20%" (boxes that
// took it and are not connected any more), "refuse>15%" (people refused with
// it, of at least 50 decided about).
func ParseRule(text string) (Rule, error) {
	what, bound, ok := strings.Cut(strings.ReplaceAll(text, " ", ""), ">")
	shares, err := stages.ParseShares(bound)
	if !ok || err != nil || len(shares) != 1 || what != "faults" && what != "silent" && what != "refuse" {
		return Rule{}, fmt.Errorf("condition %q: want faults>N%%, silent>N%% or refuse>N%%", text)
	}
	return Rule{what, shares[0]}, nil
}

// ParseRules reads conditions.
func ParseRules(texts []string) (rules []Rule, err error) {
	for _, text := range texts {
		rule, err := ParseRule(text)
		if err != nil {
			return nil, err
		}
		rules = append(rules, rule)
	}
	return rules, nil
}

func (r Rule) String() string { return r.What + ">" + stages.Percent(r.Above) }

// measure is the share that the rule is about.
func (r Rule) measure(report Report) (part, whole uint64) {
	sum := report.Total()
	switch r.What {
	case "faults":
		return uint64(sum.Failed), uint64(sum.Boxes)
	case "silent":
		return uint64(sum.Silent), uint64(sum.Silent + sum.Done)
	}
	if report.Decided < leastDecided {
		return 0, 0
	}
	return report.Refused, report.Decided
}

// broken tells whether the condition holds.
func (r Rule) broken(report Report) bool {
	part, whole := r.measure(report)
	return part*stages.Everybody > uint64(r.Above)*whole
}

// Judge watches conditions over time. Make one with [NewJudge].
type Judge struct {
	rules []Rule
	sure  time.Duration
	since map[Rule]time.Time
}

// NewJudge asks for a condition to hold for as long as sure.
func NewJudge(rules []Rule, sure time.Duration) *Judge {
	return &Judge{rules, sure, map[Rule]time.Time{}}
}

// Stop names the first condition that has held long enough, with its numbers;
// empty: none.
func (j *Judge) Stop(report Report) string {
	for _, r := range j.rules {
		if !r.broken(report) {
			delete(j.since, r)
			continue
		}
		if _, before := j.since[r]; !before {
			j.since[r] = report.Time
		}
		if report.Time.Sub(j.since[r]) >= j.sure {
			part, whole := r.measure(report)
			return fmt.Sprintf("%s: %d of %d", r, part, whole)
		}
	}
	return ""
}
