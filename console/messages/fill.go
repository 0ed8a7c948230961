package messages

import (
	"fmt"
	"strings"
	"time"

	"checkpoint"
)

// Zone is Vietnam's: one, without summer time; a box may have no zone database.
var Zone = time.FixedZone("+07", 7*60*60)

// fill writes out a catalogue line: of each [a|b|c] the first part whose
// values are all known.
func fill(line string, value func(name string) string) string {
	var out strings.Builder
	for {
		plain, rest, found := strings.Cut(line, "[")
		out.WriteString(plain)
		if !found {
			return out.String()
		}
		parts, after, _ := strings.Cut(rest, "]")
		out.WriteString(firstKnown(parts, value))
		line = after
	}
}

func firstKnown(parts string, value func(name string) string) string {
	for part := range strings.SplitSeq(parts, "|") {
		if text, known := insert(part, value); known {
			return text
		}
	}
	return ""
}

// insert puts values in place of {name}; known is false when one is missing.
func insert(part string, value func(name string) string) (text string, known bool) {
	var out strings.Builder
	for {
		plain, rest, found := strings.Cut(part, "{")
		out.WriteString(plain)
		if !found {
			return out.String(), true
		}
		name, after, _ := strings.Cut(rest, "}")
		v := value(name)
		if v == "" {
			return "", false
		}
		out.WriteString(v)
		part = after
	}
}

// show turns a machine's value into what people read. A value that is not
// what its name promises is shown as it came: better odd than hidden.
func show(name, value string, l Lang) string {
	switch name {
	case "time", "age", "ago":
		if t, err := time.Parse(time.RFC3339, value); err == nil {
			return t.In(Zone).Format("02/01 15:04")
		}
		if d, err := time.ParseDuration(value); err == nil {
			return span(d, l)
		}
	case "listed":
		if t, err := time.Parse(time.RFC3339, value); err == nil {
			return t.In(Zone).Format("02/01/2006")
		}
	case "kind":
		return Kind(checkpoint.Format(value), l)
	case "lane":
		return lane(value, l)
	}
	return value
}

// span is a duration in its largest telling unit, rounded down: seconds below
// two minutes, minutes below two hours, hours below four days (the policy's
// limits are told in hours). Never below zero.
func span(d time.Duration, l Lang) string {
	switch {
	case d < 2*time.Minute:
		return count(max(d, 0), time.Second, pair{"giây", "s"}, l)
	case d < 2*time.Hour:
		return count(d, time.Minute, pair{"phút", "min"}, l)
	case d < 4*24*time.Hour:
		return count(d, time.Hour, pair{"giờ", "h"}, l)
	}
	return count(d, 24*time.Hour, pair{"ngày", "d"}, l)
}

func count(d, unit time.Duration, name pair, l Lang) string {
	return fmt.Sprintf("%d %s", d/unit, name.in(l))
}

// lane says the word before a lane that is a bare number.
func lane(name string, l Lang) string {
	if name == "" || strings.Trim(name, "0123456789") != "" {
		return name
	}
	return pair{"làn", "lane"}.in(l) + " " + name
}
