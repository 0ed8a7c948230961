package messages

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"checkpoint"
)

var languages = []Lang{Vietnamese, English}

// contractCodes are all reasons agreed with the province: a policy may use any
// of them, also those that no code refers to by name.
const contractCodes = `G1 A01 A02 A03 A04 A05 A06 A07 A08 A09 A10 A11 A12 A13 A14 A15 A16 A17 A18 A19
	R01 R02 R04 R05 N01 N02 N03 N04 N05 N06 N07 N09 N10 N11 N12 N13 N14 N15 N16 N17 N18 N19 N20 N21`

// everything is each text of the catalogue under a name for messages.
func everything() map[string]pair {
	all := map[string]pair{}
	collect(all, "verdict", words)
	collect(all, "state", states)
	collect(all, "direction", directions)
	collect(all, "outcome", outcomes)
	collect(all, "button", buttons)
	collect(all, "line", lines)
	collect(all, "line", dutyLines)
	collect(all, "distance", distances)
	collect(all, "line", deviceLines)
	collect(all, "role", roles)
	collect(all, "field", fields)
	collect(all, "kind", kinds)
	collect(all, "form field", formFields)
	collect(all, "finding", findings)
	collect(all, "reason", reasons)
	collect(all, "reason", map[string]pair{"of old data": stale})
	collect(all, "lamp", lamps)
	collect(all, "sound", sounds)
	collect(all, "advice", advice)
	collect(all, "sheet", sheets)
	collect(all, "sheet", cardSheets)
	for i, s := range install {
		collect(all, "step", map[string]pair{fmt.Sprint(i + 1): s.text})
	}
	for i, n := range notice {
		collect(all, "notice", map[string]pair{fmt.Sprint("question ", i+1): n[0], fmt.Sprint("answer ", i+1): n[1]})
	}
	return all
}

func collect[K comparable](all map[string]pair, what string, texts map[K]pair) {
	for k, p := range texts {
		all[fmt.Sprintf("%s %v", what, k)] = p
	}
}

// rootConstants are the values of all exported constants of one type that the
// root package declares, read from its source.
func rootConstants(t *testing.T) map[string][]constant.Value {
	t.Helper()
	paths, err := filepath.Glob("../../*.go")
	if err != nil || len(paths) == 0 {
		t.Fatalf("root package's source not found: %v", err)
	}
	set := token.NewFileSet()
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	// Imports stay unresolved: constants of the package's own types need none.
	config := types.Config{IgnoreFuncBodies: true, Error: func(error) {}}
	pkg, _ := config.Check("checkpoint", set, files, nil)
	found := map[string][]constant.Value{}
	for _, name := range pkg.Scope().Names() {
		c, isConst := pkg.Scope().Lookup(name).(*types.Const)
		if !isConst || !c.Exported() {
			continue
		}
		if named, ok := c.Type().(*types.Named); ok {
			of := named.Obj().Name()
			found[of] = append(found[of], c.Val())
		}
	}
	return found
}

func TestEveryRootConstantHasBothLanguages(t *testing.T) {
	number := func(v constant.Value) int { n, _ := constant.Int64Val(v); return int(n) }
	text := map[string]func(constant.Value) pair{
		"Verdict":   func(v constant.Value) pair { return words[checkpoint.Verdict(number(v))] },
		"State":     func(v constant.Value) pair { return states[checkpoint.State(number(v))] },
		"Direction": func(v constant.Value) pair { return directions[checkpoint.Direction(number(v))] },
		"Outcome":   func(v constant.Value) pair { return outcomes[checkpoint.Outcome(number(v))] },
		"Reason":    func(v constant.Value) pair { return reasons[checkpoint.Reason(constant.StringVal(v))] },
		"Finding":   func(v constant.Value) pair { return findings[checkpoint.Finding(constant.StringVal(v))] },
		"Distance": func(v constant.Value) pair {
			if constant.StringVal(v) == "" {
				return pair{"–", "–"} // where it is: nothing is said
			}
			return distances[checkpoint.Distance(constant.StringVal(v))]
		},
		"Format": func(v constant.Value) pair { return kinds[checkpoint.Format(constant.StringVal(v))] },
	}
	constants := rootConstants(t)
	for of, lookUp := range text {
		if len(constants[of]) == 0 {
			t.Errorf("no constants of type %s found: has it moved?", of)
		}
		for _, v := range constants[of] {
			if p := lookUp(v); p.vi == "" || p.en == "" {
				t.Errorf("%s %s has no text in both languages: %q", of, v, p)
			}
		}
	}
}

func TestEveryContractCodeHasText(t *testing.T) {
	want := strings.Fields(contractCodes)
	slices.Sort(want)
	var have []string
	for code := range reasons {
		have = append(have, string(code))
	}
	slices.Sort(have)
	if !slices.Equal(have, want) {
		t.Errorf("catalogue has %v\nthe contract  %v", have, want)
	}
	for name, p := range everything() {
		if p.vi == "" || p.en == "" {
			t.Errorf("%s lacks a language: %q", name, p)
		}
	}
}

// A guard must not take a word for another because he saw half of it.
func TestNoVerdictWordOrButtonIsPartOfAnother(t *testing.T) {
	for _, l := range languages {
		var labels []string
		for _, texts := range []map[string]pair{named(words), named(states), named(buttons)} {
			for _, p := range texts {
				labels = append(labels, strings.ToLower(p.in(l)))
			}
		}
		slices.Sort(labels)
		for i, short := range labels {
			for j, long := range labels {
				if i != j && strings.Contains(long, short) {
					t.Errorf("%s: %q is part of %q", l, short, long)
				}
			}
		}
	}
}

func named[K comparable](texts map[K]pair) map[string]pair {
	all := map[string]pair{}
	collect(all, "", texts)
	return all
}

func TestTextsAreClean(t *testing.T) {
	for name, p := range everything() {
		for _, s := range []string{p.vi, p.en} {
			if !norm.NFC.IsNormalString(s) {
				t.Errorf("%s is not NFC: %+q", name, s)
			}
			if s != strings.TrimSpace(s) || strings.Contains(s, "  ") || strings.ContainsFunc(s, unicode.IsControl) {
				t.Errorf("%s has stray blanks or control characters: %q", name, s)
			}
			if !strings.HasPrefix(name, "reason ") && strings.ContainsAny(s, "{}[]|") {
				t.Errorf("%s is never filled in, yet has a placeholder: %q", name, s)
			}
		}
	}
}

// Nobody reads somebody's health off a screen (the contract, promise 5). Words
// of vaccination stand only where a paper or a code is named.
func TestNothingNamesInfectionOrRecovery(t *testing.T) {
	health := regexp.MustCompile(`(?i)nhiễm|bệnh|khỏi|hồi phục|dương tính|âm tính|cách ly|ca mắc|covid|sars|\bF[0-3]\b|infect|recover|positive|negative|quarantine|isolat|disease|\bcases?\b|\bill\b|sick`)
	vaccine := regexp.MustCompile(`(?i)mũi|tiêm|vắc|vaccin|dose|xét nghiệm|\btests?\b`)
	namesPaper := []string{"reason A02", "reason A15", "kind dcc", "finding TEST_PAPER_SHOWN", "finding VACCINATION_PAPER_SHOWN"}
	for name, p := range everything() {
		for _, s := range []string{p.vi, p.en} {
			if word := health.FindString(s); word != "" {
				t.Errorf("%s names a person's health (%q): %q", name, word, s)
			}
			if word := vaccine.FindString(strings.ReplaceAll(s, "Self-test", "")); word != "" && !slices.Contains(namesPaper, name) {
				t.Errorf("%s tells of vaccination (%q): %q", name, word, s)
			}
		}
	}
	if findings[checkpoint.FoundRecovered] != findings[checkpoint.FoundExempt] {
		t.Error("the two findings about a person's health can be told apart")
	}
}

// knownArgs are the placeholders, with the longest value a box is likely to give.
var knownArgs = map[string]string{
	"time": "2021-10-13T02:00:00Z", "listed": "2021-10-13T02:00:00Z", "age": "31h0m0s", "ago": "45s", "phone": "024 0000 0113",
	"rule": "Quy định 12", "lane": "2", "kind": "emvco-payment", "n": "319", "pct": "80%",
	"code": "SLOW", "box": "HD-0412",
}

var placeholder = regexp.MustCompile(`\{([^}]*)\}`)

func TestPlaceholders(t *testing.T) {
	brackets := regexp.MustCompile(`\[[^][]*\]`)
	for code, p := range reasons {
		if vi, en := placeholdersOf(p.vi), placeholdersOf(p.en); !slices.Equal(vi, en) {
			t.Errorf("%s: Vietnamese names %v, English %v", code, vi, en)
		}
		for _, s := range []string{p.vi, p.en} {
			for _, name := range placeholdersOf(s) {
				if knownArgs[name] == "" {
					t.Errorf("%s: nobody fills in {%s}", code, name)
				}
			}
			if rest := brackets.ReplaceAllString(s, ""); strings.ContainsAny(rest, "{}[]|") {
				t.Errorf("%s: a placeholder or bracket stands alone: %q", code, rest)
			}
		}
	}
}

func placeholdersOf(s string) []string {
	names := map[string]bool{}
	for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
		names[m[1]] = true
	}
	return slices.Sorted(maps.Keys(names))
}

// Whatever args a decision lacks, what is left reads as a sentence.
func TestMissingArgsLeaveNoGap(t *testing.T) {
	untidy := regexp.MustCompile(`[{}\[\]|]|  |^[ ,·–.]|[ ,·–(]$|\(\)| [,.)]|\( |, ?\.|· ?\.`)
	for code, p := range reasons {
		names := placeholdersOf(p.vi)
		for subset := range 1 << len(names) {
			args := map[string]string{}
			for i, name := range names {
				if subset&(1<<i) != 0 {
					args[name] = knownArgs[name]
				}
			}
			for _, l := range languages {
				text := Reason(code, args, l)
				for _, s := range []string{text.What, text.Do} {
					if untidy.MatchString(s) {
						t.Errorf("%s in %s with %v: %q", code, l, args, s)
					}
				}
			}
		}
	}
}

// A reason has one line of the verdict block. The longer ones are known, so
// that the page's type for them is a choice and not a surprise.
func TestReasonsFitTheirLine(t *testing.T) {
	const most = 44 // letters
	long := []string{"A14 en", "A14 vi", "A16 en"}
	var got []string
	for code := range reasons {
		for _, l := range languages {
			if s := Reason(code, knownArgs, l).What; utf8.RuneCountInString(s) > most {
				got = append(got, string(code)+" "+string(l))
			}
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, long) {
		t.Errorf("reasons over %d letters: %v, known are %v", most, got, long)
	}
}

// A button named within a text is one that the page has.
func TestTextsNameRealButtons(t *testing.T) {
	text, button := reasons[checkpoint.JustScanned], buttons[SamePerson]
	for _, l := range languages {
		if !strings.Contains(text.in(l), strings.ToUpper(button.in(l))) {
			t.Errorf("%s: %q does not name %q", l, text.in(l), button.in(l))
		}
	}
}
