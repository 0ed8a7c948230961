package dcc

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// field is one line of the specification of a record.
type field struct {
	key      string
	required bool
	good     func(any) bool
	want     string
}

// records are the fields of each kind of certificate (dcc-schema 1.3, whose
// readers take the certificates of 1.0 to 1.3). Fields that are not named here
// are allowed and not read.
var records = map[Kind][]field{
	Vaccination: {
		text("tg"), text("vp"), text("mp"), text("ma"), count("dn"), count("sd"), day("dt"), country(), short("is", true), short("ci", true),
	},
	Test: {
		text("tg"), text("tt"), short("nm", false), {"ma", false, isText, "text"}, {"sc", true, isMoment, "a date and time with its zone"},
		text("tr"), short("tc", false), country(), short("is", true), short("ci", true),
	},
	Recovery: {
		text("tg"), day("fr"), country(), short("is", true), day("df"), day("du"), short("ci", true),
	},
}

var names = []field{
	short("fn", false), {"fnt", false, isMachine, "up to 80 of A to Z and <"},
	short("gn", false), {"gnt", false, isMachine, "up to 80 of A to Z and <"},
}

func text(key string) field  { return field{key, true, isText, "text"} }
func count(key string) field { return field{key, true, isCount, "a whole number from 1 on"} }
func day(key string) field   { return field{key, true, isDay, "a date"} }
func country() field         { return field{"co", true, isCountry, "a country"} }
func short(key string, required bool) field {
	return field{key, required, isShort, "text of up to 80 letters"}
}

// readContent checks the content against the specification and reads what the
// product uses of it.
func readContent(m map[any]any) (p Passport, err error) {
	if err := version(m["ver"]); err != nil {
		return p, err
	}
	if p.Name, err = readName(m["nam"]); err != nil {
		return p, err
	}
	birth, ok := m["dob"].(string)
	if !ok || !isBirth(birth) {
		return p, broken{"dob", "YYYY-MM-DD, YYYY-MM, YYYY or nothing, from 1900 to 2099"}
	}
	p.Birth = birth
	if p.Kind, err = readKind(m); err != nil {
		return p, err
	}
	record, err := readRecord(p.Kind, m[string(p.Kind)])
	if err != nil {
		return p, err
	}
	p.use(record)
	return p, nil
}

// notDetected is the negative result of a test (SNOMED CT, value set 2.9 of the
// eHealth Network).
const notDetected = "260415000"

// use keeps what rules ask of a record that was checked.
func (p *Passport) use(record map[any]any) {
	when := map[Kind]string{Vaccination: "dt", Test: "sc", Recovery: "fr"}[p.Kind]
	day, _ := record[when].(string)
	p.Day = day[:len(time.DateOnly)]
	p.Dose, p.Course = small(record["dn"]), small(record["sd"])
	p.Negative = p.Kind == Test && record["tr"] == notDetected
}

// small is a count that was checked, up to what any course has.
func small(v any) int {
	switch n := v.(type) {
	case uint64:
		return int(min(n, 99))
	case float64:
		return int(min(n, 99))
	}
	return 0
}

// version accepts every 1.x.y: later ones add optional fields only. It is
// stricter than the schema, whose pattern takes any letter for a point.
func version(v any) error {
	s, ok := v.(string)
	if !ok {
		return broken{"ver", "a version"}
	}
	parts := strings.Split(s, ".")
	if len(parts) != 3 || parts[0] != "1" || !allDigits(parts[1]) || !allDigits(parts[2]) {
		return VersionUnknown
	}
	return nil
}

func readName(v any) (n Name, err error) {
	m, ok := v.(map[any]any)
	if !ok {
		return n, broken{"nam", "the holder's names"}
	}
	if err := fields("nam", m, names); err != nil {
		return n, err
	}
	surname, has := m["fnt"]
	forename, also := m["gnt"]
	if !has && !also {
		return n, broken{"nam", "fnt or gnt"}
	}
	n.Surname, _ = m["fn"].(string)
	n.Forename, _ = m["gn"].(string)
	n.MachineSurname, _ = surname.(string)
	n.MachineForename, _ = forename.(string)
	// The schema lets this pass, the specification does not: whoever has a
	// name has it in the machine's spelling, too.
	if has && n.MachineSurname == "" && n.Surname != "" {
		return n, broken{"nam.fnt", "the name in A to Z"}
	}
	if also && n.MachineForename == "" && n.Forename != "" {
		return n, broken{"nam.gnt", "the name in A to Z"}
	}
	return n, nil
}

// readKind: exactly one of the groups is there.
func readKind(m map[any]any) (found Kind, err error) {
	n := 0
	for _, k := range []Kind{Vaccination, Test, Recovery} {
		if _, ok := m[string(k)]; ok {
			found = k
			n++
		}
	}
	if n != 1 {
		return "", broken{"content", "exactly one of v, t and r"}
	}
	return found, nil
}

// readRecord: each group holds exactly one record.
func readRecord(kind Kind, v any) (map[any]any, error) {
	list, ok := v.([]any)
	if !ok || len(list) != 1 {
		return nil, broken{string(kind), "exactly one record"}
	}
	record, ok := list[0].(map[any]any)
	if !ok {
		return nil, broken{string(kind), "a record of fields"}
	}
	return record, fields(string(kind), record, records[kind])
}

func fields(where string, m map[any]any, spec []field) error {
	for _, f := range spec {
		v, ok := m[f.key]
		if !ok && !f.required {
			continue
		}
		if !ok || !f.good(v) {
			return broken{fmt.Sprintf("%s.%s", where, f.key), f.want}
		}
	}
	return nil
}

func isText(v any) bool { _, ok := v.(string); return ok }

func isShort(v any) bool { s, ok := v.(string); return ok && utf8.RuneCountInString(s) <= 80 }

func isMachine(v any) bool {
	s, ok := v.(string)
	return ok && len(s) <= 80 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ<") == ""
}

// isCountry is as loose as the schema: a capital letter in it.
func isCountry(v any) bool {
	s, ok := v.(string)
	return ok && strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

func isCount(v any) bool {
	switch n := v.(type) {
	case uint64:
		return n >= 1
	case float64:
		return n >= 1 && n == math.Trunc(n) && !math.IsInf(n, 0)
	}
	return false
}

// isBirth is as loose as the schema: parts that are not known are left out or
// 00, and nothing at all is a birth date, too.
func isBirth(s string) bool {
	switch {
	case s == "":
		return true
	case !strings.HasPrefix(s, "19") && !strings.HasPrefix(s, "20"):
		return false
	}
	parts := strings.Split(s, "-")
	if len(parts) > 3 || len(parts[0]) != 4 || !allDigits(parts[0]) {
		return false
	}
	for _, part := range parts[1:] {
		if len(part) != 2 || !allDigits(part) {
			return false
		}
	}
	return true
}

// isDay is YYYY-MM-DD. Some countries write the time behind it: verifiers of
// the EU let that pass, and nothing follows from it.
func isDay(v any) bool {
	s, ok := v.(string)
	if !ok || len(s) < len(time.DateOnly) {
		return false
	}
	_, err := time.Parse(time.DateOnly, s[:len(time.DateOnly)])
	return err == nil && (len(s) == len(time.DateOnly) || isMoment(v))
}

// isMoment is one of the four ways of ISO 8601 that the specification names;
// fractions of a second are seen, too.
func isMoment(v any) bool {
	s, ok := v.(string)
	if !ok {
		return false
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02T15:04:05Z07"} {
		if _, err := time.Parse(layout, s); err == nil {
			return true
		}
	}
	return false
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
