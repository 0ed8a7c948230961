package policy

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
	"github.com/pelletier/go-toml/v2"

	"checkpoint"
)

const format = 1

// Policy is a compiled policy. It is safe for concurrent use.
type Policy struct {
	file  file
	rules []compiled
}

type file struct {
	Format    uint8          `toml:"format"`
	Name      string         `toml:"name"`
	Number    uint64         `toml:"number"`
	Hotline   string         `toml:"hotline"`
	DutyPhone string         `toml:"duty_phone"`
	Limits    Limits         `toml:"limits"`
	Repeat    map[string]int `toml:"repeat_minutes"` // by site type
	Declared  declarations   `toml:"declaration"`
	Rules     []rule         `toml:"rule"`
	Tests     []testCase     `toml:"test"`
}

// Limits are the ages of the data at which the box changes its mind, and what a
// typed number may do.
type Limits struct {
	FreshHours   float64 `toml:"fresh_hours"`    // older: yellow banner, no red for what may have ended
	NoGreenHours float64 `toml:"no_green_hours"` // older: no automatic green
	TypedGreen   bool    `toml:"typed_green"`    // a number that a guard typed may be green by itself
}

// declarations is what is ruled of the national mobility declaration.
type declarations struct {
	Hours float64 `toml:"hours"` // how long it is good from when it was declared; 0: no limit
	Codes string  `toml:"codes"` // regular expression (RE2) of a whole code; empty: only codes in the data are told from unknown ones

	codes *regexp.Regexp
}

type rule struct {
	ID      string `toml:"id"`
	When    string `toml:"when"`
	Verdict string `toml:"verdict"`
	Reason  string `toml:"reason"`
	Title   string `toml:"title"` // how the rule is named to people, in Vietnamese
}

type testCase struct {
	Name    string         `toml:"name"`
	Given   map[string]any `toml:"given"` // facts that differ from a plain adult's
	Verdict string         `toml:"verdict"`
	Rule    string         `toml:"rule"`
}

type compiled struct {
	rule
	verdict checkpoint.Verdict
	program *vm.Program
}

// Ruling is what a policy says to facts.
type Ruling struct {
	Rule    string
	Title   string
	Verdict checkpoint.Verdict
	Reason  checkpoint.Reason
}

// Parse reads, type-checks and tests a policy. Every fault is reported at once.
func Parse(source []byte) (*Policy, error) {
	p := &Policy{}
	d := toml.NewDecoder(bytes.NewReader(source)).DisallowUnknownFields()
	if err := d.Decode(&p.file); err != nil {
		return nil, fmt.Errorf("read policy: %w", explain(err))
	}
	if p.file.Format != format {
		return nil, fmt.Errorf("read policy: format %d: this version reads %d", p.file.Format, format)
	}
	if err := errors.Join(p.validate(), p.compile()); err != nil {
		return nil, fmt.Errorf("check policy:\n%w", err)
	}
	if err := p.test(); err != nil {
		return nil, fmt.Errorf("test policy:\n%w", err)
	}
	return p, nil
}

// explain shows the line of an unknown key, or where the file is no TOML.
func explain(err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		return fmt.Errorf("unknown key:\n%s", strict.String())
	}
	var syntax *toml.DecodeError
	if errors.As(err, &syntax) {
		line, column := syntax.Position()
		return fmt.Errorf("line %d, column %d: %w\n%s", line, column, err, syntax.String())
	}
	return err
}

func (p *Policy) validate() error {
	f := &p.file
	var faults []error
	if f.Number == 0 {
		faults = append(faults, errors.New("number: missing"))
	}
	if f.Limits.FreshHours <= 0 || f.Limits.NoGreenHours < f.Limits.FreshHours {
		faults = append(faults, errors.New("limits: want 0 < fresh_hours <= no_green_hours"))
	}
	if f.Declared.Hours < 0 {
		faults = append(faults, errors.New("declaration: want hours from 0 on"))
	}
	if f.Declared.Codes != "" {
		var err error
		if f.Declared.codes, err = regexp.Compile(`^(?:` + f.Declared.Codes + `)$`); err != nil {
			faults = append(faults, fmt.Errorf("declaration: codes: %w", err))
		}
	}
	if len(f.Rules) == 0 {
		return errors.Join(append(faults, errors.New("rule: none"))...)
	}
	last := f.Rules[len(f.Rules)-1]
	if strings.TrimSpace(last.When) != "true" || last.Verdict == checkpoint.Admit.String() {
		faults = append(faults, fmt.Errorf("rule %q: the last rule must be `when = \"true\"` and must not admit: who falls through is looked at by the guard", last.ID))
	}
	faults = append(faults, f.legible()...)
	ids := map[string]bool{}
	for _, r := range f.Rules {
		if r.ID == "" || ids[r.ID] {
			faults = append(faults, fmt.Errorf("rule %q: want an id of its own", r.ID))
		}
		ids[r.ID] = true
	}
	return errors.Join(faults...)
}

// legible refuses, in what people are shown, characters that are not seen:
// they could drive a terminal or make a line read as another.
func (f *file) legible() (faults []error) {
	check := func(what, text string) {
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsGraphic(r) }) {
			faults = append(faults, fmt.Errorf("%s %q: holds characters that cannot be seen, such as line ends or control characters", what, text))
		}
	}
	check("name", f.Name)
	check("hotline", f.Hotline)
	check("duty_phone", f.DutyPhone)
	for _, r := range f.Rules {
		check("rule", r.ID)
		check("title", r.Title)
		check("reason", r.Reason)
	}
	for _, t := range f.Tests {
		check("test", t.Name)
	}
	return faults
}

func (p *Policy) compile() error {
	var faults []error
	for _, r := range p.file.Rules {
		c := compiled{rule: r}
		var err error
		if c.verdict, err = checkpoint.ParseVerdict(r.Verdict); err != nil {
			faults = append(faults, fmt.Errorf("rule %q: %w", r.ID, err))
			continue
		}
		if !slices.Contains(reasons[c.verdict], r.Reason[:min(1, len(r.Reason))]) {
			faults = append(faults, fmt.Errorf("rule %q: reason %q does not go with verdict %q", r.ID, r.Reason, r.Verdict))
		}
		if c.program, err = expr.Compile(r.When, expr.Env(Facts{}), expr.AsBool()); err != nil {
			faults = append(faults, fmt.Errorf("rule %q: when: %w", r.ID, err))
			continue
		}
		p.rules = append(p.rules, c)
	}
	return errors.Join(faults...)
}

// reasons tells by which letter the reasons of a verdict begin. A verdict that
// is not listed is not a rule's to give.
var reasons = map[checkpoint.Verdict][]string{
	checkpoint.Admit:  {"G"},
	checkpoint.Refer:  {"A"},
	checkpoint.Refuse: {"R"},
}

// Decide gives the ruling of the first rule that holds. An expression that
// fails at run time (a list index out of range) sends the person to the guard.
func (p *Policy) Decide(f Facts) Ruling {
	for _, r := range p.rules {
		holds, err := expr.Run(r.program, f)
		if err != nil {
			return Ruling{Rule: r.ID, Verdict: checkpoint.Refer, Reason: checkpoint.NotInData}
		}
		if yes, _ := holds.(bool); yes {
			return Ruling{Rule: r.ID, Title: r.Title, Verdict: r.verdict, Reason: checkpoint.Reason(r.Reason)}
		}
	}
	return Ruling{Verdict: checkpoint.Refer, Reason: checkpoint.NotInData} // validate makes this unreachable
}

func (p *Policy) test() error {
	var faults []error
	for _, c := range p.file.Tests {
		facts, err := p.given(plain(), c.Given)
		if err != nil {
			faults = append(faults, fmt.Errorf("test %q: given: %w", c.Name, err))
			continue
		}
		got := p.Decide(facts)
		if got.Verdict.String() != c.Verdict || c.Rule != "" && got.Rule != c.Rule {
			faults = append(faults, fmt.Errorf("test %q: got %s by rule %q, want %s by rule %q", c.Name, got.Verdict, got.Rule, c.Verdict, c.Rule))
		}
	}
	return errors.Join(faults...)
}

// Age judges how old the data is.
func (p *Policy) Age(hours float64) (fresh, stale bool) {
	return hours <= p.file.Limits.FreshHours, hours > p.file.Limits.NoGreenHours
}

// DeclarationCode tells whether a code looks like one of the national mobility
// declaration.
func (p *Policy) DeclarationCode(code string) bool {
	return p.file.Declared.codes != nil && p.file.Declared.codes.MatchString(code)
}

// DeclarationTime is how long a national declaration is good from when it was
// declared; 0: no limit.
func (p *Policy) DeclarationTime() time.Duration {
	return time.Duration(p.file.Declared.Hours * float64(time.Hour))
}

// TypedGreen tells whether rules may admit somebody whose number was typed.
func (p *Policy) TypedGreen() bool { return p.file.Limits.TypedGreen }

// Limits are the ages of the data that [Policy.Age] judges by.
func (p *Policy) Limits() Limits { return p.file.Limits }

// Number is the policy's own number, kept in every record.
func (p *Policy) Number() uint64 { return p.file.Number }

// Name is how people call the policy.
func (p *Policy) Name() string { return p.file.Name }

// Tests is how many test cases the policy carries.
func (p *Policy) Tests() int { return len(p.file.Tests) }

// DutyPhone and Hotline are shown with red and amber.
func (p *Policy) DutyPhone() string { return p.file.DutyPhone }

// Hotline is the province's line for complaints.
func (p *Policy) Hotline() string { return p.file.Hotline }

// RepeatWindow is how long the same person again is a repeat at such a site;
// 0 switches it off.
func (p *Policy) RepeatWindow(siteType string) time.Duration {
	return time.Duration(p.file.Repeat[siteType]) * time.Minute
}
