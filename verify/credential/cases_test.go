package credential

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// today is when all cases are read.
var today = time.Date(2026, 11, 21, 8, 0, 0, 0, time.UTC)

type testCase struct {
	name, payload string // payload as JSON
	want          [][2]string
}

// readCases reads the layout described in testdata/README.md.
func readCases(t *testing.T, file string) []testCase {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []testCase
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\n")
		key, value, _ := strings.Cut(line, " ")
		switch {
		case line == "":
		case key == "==":
			cases = append(cases, testCase{name: value})
		case key == "<":
			cases[len(cases)-1].payload = value
		default:
			c := &cases[len(cases)-1]
			c.want = append(c.want, [2]string{key, value})
		}
	}
	return cases
}

// TestCases runs every case through the command's own path.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) < 9 {
		t.Fatalf("test data: %d files, %v", len(files), err)
	}
	for _, file := range files {
		for _, c := range readCases(t, file) {
			t.Run(filepath.Base(file)+"/"+c.name, func(t *testing.T) { c.check(t) })
		}
	}
}

func (c testCase) check(t *testing.T) {
	var out bytes.Buffer
	if err := RunJSON(strings.NewReader(c.payload+"\n"), &out, today); err != nil {
		t.Fatal(err)
	}
	var got map[string]any
	decoder := json.NewDecoder(&out)
	decoder.UseNumber()
	if err := decoder.Decode(&got); err != nil {
		t.Fatal(err)
	}
	for _, kv := range c.want {
		if have := lookup(got, kv[0]); have != sorted(kv) {
			t.Errorf("%s = %q, want %q", kv[0], have, sorted(kv))
		}
	}
}

func sorted(kv [2]string) string {
	if kv[0] != "warnings" {
		return kv[1]
	}
	words := strings.Fields(kv[1])
	slices.Sort(words)
	return strings.Join(words, " ")
}

// lookup finds a key, a.b inside objects, and writes its value as the cases do.
func lookup(object map[string]any, key string) string {
	outer, inner, nested := strings.Cut(key, ".")
	switch v := object[outer].(type) {
	case nil:
		return "-"
	case map[string]any:
		if nested {
			return lookup(v, inner)
		}
	case []any:
		var words []string
		for _, word := range v {
			words = append(words, fmt.Sprint(word))
		}
		slices.Sort(words)
		return strings.Join(words, " ")
	}
	if v := fmt.Sprint(object[outer]); v != "" {
		return v
	}
	return "-"
}
