package dcc_test

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"checkpoint/verify/dcc"
	"checkpoint/verify/dcc/dcctest"
	"checkpoint/verify/internal/beside"
)

// schema is the official one, which is not part of this repository.
func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	files, err := filepath.Glob(beside.Path("dcc-schema/DCC.combined-schema.json"))
	if err != nil || len(files) == 0 {
		t.Skip("the schema is not part of this repository and does not lie beside it")
	}
	s, err := jsonschema.NewCompiler().Compile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func testRecord() map[string]any {
	return map[string]any{
		"tg": "840539006", "tt": "LP6464-4", "nm": "invented", "ma": "1331", "sc": "2021-09-01T10:30:00+07:00",
		"tr": "260415000", "tc": "Invented centre", "co": "VN", "is": "Invented ministry", "ci": "URN:UVCI:01:VN:2",
	}
}

func recoveryRecord() map[string]any {
	return map[string]any{
		"tg": "840539006", "fr": "2021-08-01", "co": "VN", "is": "Invented ministry",
		"df": "2021-08-12", "du": "2022-01-28", "ci": "URN:UVCI:01:VN:3",
	}
}

// kinds are good certificates of each kind.
func kinds() map[string]map[string]any {
	all := map[string]map[string]any{}
	for kind, r := range map[string]map[string]any{"v": nil, "t": testRecord(), "r": recoveryRecord()} {
		c := an()
		if kind != "v" {
			delete(c, "v")
			c[kind] = []any{r}
		}
		all[kind] = c
	}
	return all
}

// verdict is what the box says of a content that is well signed.
func verdict(t *testing.T, office *dcctest.Signer, signers dcc.Signers, c any) error {
	t.Helper()
	_, err := dcc.Verify(office.Draft(c, issued, expires).Code(), signers, now)
	if fault := dcc.Fault(""); errors.As(err, &fault) && fault != dcc.SchemaBroken && fault != dcc.VersionUnknown {
		t.Fatalf("never came to the content: %v", err)
	}
	return err
}

func TestGoodContentOfEachKind(t *testing.T) {
	office := dcctest.NewSigner(begins, ends)
	for kind, c := range kinds() {
		if err := verdict(t, office, listed(office), c); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// A change of a good certificate: a value somewhere is another, or is gone, or
// there is one more.
type change struct {
	where string
	apply func(map[string]any)
}

// values are what may stand in the place of any other. None of them is a date
// in an odd form: those have a test of their own, since the schema does not
// check its formats.
func values() []any {
	return []any{
		nil, true, "", "A", "a", "<", "AN<", "An", strings.Repeat("A", 80), strings.Repeat("A", 81), strings.Repeat("ế", 80), strings.Repeat("ế", 81),
		0, 1, 2, -1, 1.5, 2.0, []any{}, []any{1}, map[string]any{}, []any{map[string]any{}},
		"1990", "1990-08", "1990-08-15", "1990-00-00", "1899-01-01", "2100", "19900815", "1990-8-15", "1990-08-15-01", "2024-13-45",
		"1.0.0", "1.3.2", "1.3.3", "1.10.0", "1.3", "vn", "VN", "xVN", "Đ",
	}
}

func draw(t *rapid.T, c map[string]any) change {
	object, path := c, ""
	inner := rapid.SampledFrom([]string{"", "nam", "v", "t", "r"}).Draw(t, "object")
	if names, ok := c[inner].(map[string]any); ok {
		object, path = names, inner+"."
	}
	if list, ok := c[inner].([]any); ok && len(list) == 1 {
		if record, ok := list[0].(map[string]any); ok {
			object, path = record, inner+"."
		}
	}
	key := rapid.SampledFrom(append(slices.Sorted(maps.Keys(object)), "v", "t", "r", "x")).Draw(t, "key")
	if rapid.Bool().Draw(t, "delete") {
		return change{path + key + " gone", func(map[string]any) { delete(object, key) }}
	}
	value := rapid.SampledFrom(values()).Draw(t, "value")
	return change{fmt.Sprintf("%s%s = %v", path, key, value), func(map[string]any) { object[key] = value }}
}

// The box never takes what the schema refuses. It refuses beyond the schema
// only for what the schema cannot say or does not check: dates that are none,
// versions from 2 on, a name without its machine spelling.
func TestOwnChecksAgreeWithTheSchema(t *testing.T) {
	official := schema(t)
	office := dcctest.NewSigner(begins, ends)
	signers := listed(office)
	rapid.Check(t, func(rt *rapid.T) {
		c := kinds()[rapid.SampledFrom([]string{"v", "t", "r"}).Draw(rt, "kind")]
		var said []string
		for range rapid.IntRange(1, 2).Draw(rt, "changes") {
			ch := draw(rt, c)
			ch.apply(c)
			said = append(said, ch.where)
		}
		own, theirs := verdict(t, office, signers, c), official.Validate(c)
		switch {
		case own == nil && theirs != nil:
			rt.Errorf("%v: taken, the schema says %v", said, theirs)
		case own != nil && theirs == nil && !beyond(own):
			rt.Errorf("%v: refused by %v, the schema takes it", said, own)
		}
	})
}

// beyond tells whether a refusal is one that the schema does not know.
func beyond(err error) bool {
	for _, field := range []string{": v.dt:", ": r.fr:", ": r.df:", ": r.du:", ": t.sc:", ": nam.fnt: want the name", ": nam.gnt: want the name"} {
		if strings.Contains(err.Error(), field) {
			return true
		}
	}
	return errors.Is(err, dcc.VersionUnknown)
}

func TestDatesAreRealOnes(t *testing.T) {
	office := dcctest.NewSigner(begins, ends)
	signers := listed(office)
	for value, c := range map[string]struct{ day, moment bool }{
		"2021-09-01":                    {true, false},
		"2021-02-29":                    {false, false},
		"2021-09":                       {false, false},
		"01.09.2021":                    {false, false},
		"":                              {false, false},
		"2021-09-01T10:30:00Z":          {true, true}, // seen as a day in certificates that EU verifiers take
		"2021-09-01T10:30:00+07:00":     {true, true},
		"2021-09-01T10:30:00+0700":      {true, true},
		"2021-09-01T10:30:00+07":        {true, true},
		"2021-09-01T10:30:00.1234567Z":  {true, true},
		"2021-09-01T10:30:00":           {false, false}, // where?
		"2021-09-01T25:30:00Z":          {false, false},
		"2021-09-01 10:30:00Z":          {false, false},
		"2021-09-01T10:30:00Z and more": {false, false},
	} {
		for kind, field := range map[string]string{"v": "dt", "t": "sc", "r": "fr"} {
			content := kinds()[kind]
			content[kind].([]any)[0].(map[string]any)[field] = value
			want := c.day
			if kind == "t" {
				want = c.moment
			}
			if err := verdict(t, office, signers, content); (err == nil) != want {
				t.Errorf("%s.%s = %q: %v, want good: %v", kind, field, value, err, want)
			}
		}
	}
	if _, err := time.Parse(time.DateOnly, "2021-02-29"); err == nil {
		t.Error("the calendar changed")
	}
}

func TestANameNeedsItsMachineSpelling(t *testing.T) {
	office := dcctest.NewSigner(begins, ends)
	for want, nam := range map[string]map[string]any{
		"":        {"fn": "", "fnt": "", "gn": "An", "gnt": "AN"},
		"nam.fnt": {"fn": "Nguyễn", "fnt": "", "gn": "An", "gnt": "AN"},
		"nam.gnt": {"fn": "Nguyễn", "fnt": "NGUYEN", "gn": "An", "gnt": ""},
	} {
		c := an()
		c["nam"] = nam
		err := verdict(t, office, listed(office), c)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}
