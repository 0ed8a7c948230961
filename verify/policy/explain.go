package policy

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
	"github.com/pelletier/go-toml/v2"

	"checkpoint"
)

// Rule is one rule as it stands in the policy file.
type Rule struct {
	ID, When, Title string
	Verdict         checkpoint.Verdict
	Reason          checkpoint.Reason
}

// Rules lists the rules in the order in which they are asked.
func (p *Policy) Rules() []Rule {
	var list []Rule
	for _, r := range p.rules {
		list = append(list, r.shown())
	}
	return list
}

func (c *compiled) shown() Rule {
	return Rule{ID: c.ID, When: c.When, Title: c.Title, Verdict: c.verdict, Reason: checkpoint.Reason(c.Reason)}
}

// Step is one rule held against facts.
type Step struct {
	Rule
	Holds bool
	Err   error  // the expression failed on these facts: the guard decides
	Read  []Fact // what the condition asks, in its order
}

// Fact is one fact by its name in the policy language.
type Fact struct {
	Name  string
	Value any // bool, string, int, float64 or []int
}

// Explain is Decide step by step: every rule that was asked, the last of which
// decided, and the ruling.
func (p *Policy) Explain(f Facts) ([]Step, Ruling) {
	var steps []Step
	for _, r := range p.rules {
		s := Step{Rule: r.shown(), Read: read(r.When, f)}
		holds, err := expr.Run(r.program, f)
		s.Err = err
		s.Holds, _ = holds.(bool)
		if steps = append(steps, s); s.Holds || err != nil {
			break
		}
	}
	return steps, p.Decide(f)
}

// read gives the facts that a condition names, each once.
func read(when string, f Facts) []Fact {
	tree, err := parser.Parse(when)
	if err != nil {
		return nil // it compiled, so it parses
	}
	var names named
	ast.Walk(&tree.Node, &names)
	var facts []Fact
	for _, name := range names {
		if value, err := expr.Eval(name, f); err == nil {
			facts = append(facts, Fact{name, value})
		}
	}
	return facts
}

// named collects names such as card.age from an expression. All facts lie two
// deep.
type named []string

func (n *named) Visit(node *ast.Node) {
	member, ok := (*node).(*ast.MemberNode)
	if !ok {
		return
	}
	group, isGroup := member.Node.(*ast.IdentifierNode)
	field, isField := member.Property.(*ast.StringNode)
	if !isGroup || !isField {
		return
	}
	if name := group.Value + "." + field.Value; !slices.Contains(*n, name) {
		*n = append(*n, name)
	}
}

// Cases lists the names of the policy's own test cases, in their order.
func (p *Policy) Cases() []string {
	var names []string
	for _, c := range p.file.Tests {
		names = append(names, c.Name)
	}
	return names
}

// Case gives the facts of the policy's own test case of that name.
func (p *Policy) Case(name string) (f Facts, found bool) {
	for _, c := range p.file.Tests {
		if c.Name == name {
			f, err := p.given(plain(), c.Given)
			return f, err == nil // the case was tried when the policy was read
		}
	}
	return f, false
}

// Plain gives the facts that test cases start from: an adult whose card agrees
// with fresh data and who has nothing else on record.
func (p *Policy) Plain() Facts {
	f := plain()
	f.Data.Fresh, f.Data.Stale = p.Age(f.Data.AgeHours)
	return f
}

// Given changes facts by lines of TOML such as `doses.days = [14, 60]`, named
// as in rules and test cases. Whether the data is fresh or stale follows from
// its age. An error shows the line.
func (p *Policy) Given(f Facts, lines string) (Facts, error) {
	if err := change(&f, []byte(lines)); err != nil {
		return f, fmt.Errorf("given facts: %w", err)
	}
	f.Data.Fresh, f.Data.Stale = p.Age(f.Data.AgeHours)
	return f, nil
}

// given changes facts as a test case does.
func (p *Policy) given(f Facts, changes map[string]any) (Facts, error) {
	lines, err := toml.Marshal(changes)
	if err != nil {
		return f, err
	}
	if err := change(&f, lines); err != nil {
		return f, err
	}
	f.Data.Fresh, f.Data.Stale = p.Age(f.Data.AgeHours)
	return f, nil
}

func change(f *Facts, lines []byte) error {
	return explain(toml.NewDecoder(bytes.NewReader(lines)).DisallowUnknownFields().Decode(f))
}
