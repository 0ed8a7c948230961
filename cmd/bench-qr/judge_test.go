package main

import (
	"slices"
	"strings"
	"testing"
)

func codes(payloads ...string) (s shot) {
	for _, p := range payloads {
		s.codes = append(s.codes, [][]byte{[]byte(p)})
	}
	return s
}

func answers(bytes ...string) (list []answer) {
	for _, b := range bytes {
		list = append(list, answer{bytes: []byte(b)})
	}
	return list
}

func text(s string) []answer { return []answer{{text: []byte(s), hasText: true}} }

func TestRightAndWrongAnswers(t *testing.T) {
	listed := shot{codes: [][][]byte{{[]byte("café\n"), []byte("caf\xe9")}}, beside: [][]byte{[]byte("beside")}}
	for name, c := range map[string]struct {
		of          shot
		said        []answer
		read, wrong int
	}{
		"nothing said":                     {codes("a"), nil, 0, 0},
		"right":                            {codes("a"), answers("a"), 1, 0},
		"one letter off":                   {codes("abc"), answers("abd"), 0, 1},
		"a part of it":                     {codes("abc"), answers("ab"), 0, 1},
		"right and wrong":                  {codes("a"), answers("a", "b"), 1, 1},
		"the same twice":                   {codes("a"), answers("a", "a"), 1, 0},
		"wrong twice alike":                {codes("a"), answers("b", "b"), 0, 1},
		"two codes, one read":              {codes("a", "b"), answers("b"), 1, 0},
		"two codes, both read":             {codes("a", "b"), answers("b", "a"), 2, 0},
		"something where there is no code": {shot{}, answers("a"), 0, 1},
		"nothing but emptiness":            {shot{}, answers(""), 0, 1},
		"another encoding that is listed":  {listed, answers("caf\xe9"), 1, 0},
		"the code that is not listed":      {listed, answers("beside"), 0, 0},
		"text":                             {codes("Đẹp"), text("Đẹp"), 1, 0},
		"text taken for Latin-1":           {codes("Đẹp"), text("Ä\u0090áº¹p"), 1, 0},
		"wrong text":                       {codes("Đẹp"), text("Dep"), 0, 1},
		"empty text":                       {codes("a"), text(""), 0, 1},
		"ends of lines, space around":      {codes("a\nb"), answers(" a\r\nb\r\n"), 1, 0},
		"space inside":                     {codes("ab"), answers("a b"), 0, 1},
		"Shift JIS left to the caller":     {codes("内側QR"), answers("\x93\xe0\x91\xa4QR"), 1, 0},
	} {
		read, wrong := judge(c.of, c.said)
		if read != c.read || len(wrong) != c.wrong {
			t.Errorf("%s: read %d, wrong %d; want %d and %d", name, read, len(wrong), c.read, c.wrong)
		}
	}
}

func TestWorkersLines(t *testing.T) {
	r, err := parseReply([]byte(`{"ms":1.5,"answers":[{"bytes":"6162"},{"bytes":"","text":"c3a9"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if r.ms != 1.5 || len(r.answers) != 2 || string(r.answers[0].bytes) != "ab" || r.answers[0].hasText || string(r.answers[1].text) != "é" || !r.answers[1].hasText {
		t.Errorf("got %+v", r)
	}
	for _, line := range []string{
		"", "zbar: cannot open", `{"answers":[]}`, `{"ms":-1,"answers":[]}`, `{"ms":1,"answers":[{"bytes":"6"}]}`,
		`{"ms":1,"answers":[{"bytes":"","text":"zz"}]}`, `{"ms":1,"payloads":["61"]}`,
	} {
		if r, err := parseReply([]byte(line)); err == nil {
			t.Errorf("%q is taken for %+v", line, r)
		}
	}
}

func TestLinesOfTheListOfPhotographs(t *testing.T) {
	file, accepted, err := truthLine("a.png\tset\t6162,c3a9")
	if err != nil || file != "a.png" || len(accepted) != 2 || string(accepted[1]) != "é" {
		t.Errorf("got %q, %q, %v", file, accepted, err)
	}
	for _, line := range []string{"a.png\tset", "a.png\tset\t616"} {
		if _, _, err := truthLine(line); err == nil {
			t.Errorf("%q: no error", line)
		}
	}
}

// measured is a result of card frames, of no code, and of a tilt of 45°.
func measured(mine, best, wrong int, median, tail float64) *result {
	r := &result{decoders: []string{ours, zxing3, zxing1}}
	add := func(s set, tallies ...tally) {
		r.sets = append(r.sets, &s)
		r.tallies = append(r.tallies, tallies)
	}
	add(set{family: cards, title: "cards", many: 100}, tally{100, mine, wrong, []float64{median}}, tally{100, best, 7, []float64{9}}, tally{100, best - 1, 0, []float64{4}})
	add(set{family: nothing, title: "nothing", many: 10}, tally{0, 0, 0, []float64{tail}}, tally{0, 0, 0, []float64{9}}, tally{0, 0, 0, []float64{5}})
	add(set{family: tilt, title: "tilt 45", at: 45, many: 20}, tally{20, mine / 10, 0, nil}, tally{20, best / 10, 0, nil}, tally{20, 0, 0, nil})
	return r
}

func TestTargetsAreHeldAgainstWhatWasMeasured(t *testing.T) {
	for name, c := range map[string]struct {
		r      *result
		missed []string
	}{
		"all met, just":     {measured(60, 50, 0, 4.4, 10), nil},
		"too few read":      {measured(59, 50, 0, 4.4, 10), []string{"generated frames read"}},
		"behind when steep": {measured(40, 50, 0, 4.4, 10), []string{"generated frames read", "read at a tilt of 45°"}},
		"slow":              {measured(60, 50, 0, 4.5, 10), []string{"CPU, median of frames with a code"}},
		"slow on nothing":   {measured(60, 50, 0, 4.4, 10.1), []string{"CPU, p95 of frames without a code"}},
		"wrong":             {measured(60, 50, 1, 4.4, 10), []string{"wrong payloads"}},
	} {
		var missed []string
		for _, row := range c.r.held() {
			if strings.Contains(row[1], "MISSED") {
				missed = append(missed, row[0])
			}
		}
		if !slices.Equal(missed, c.missed) {
			t.Errorf("%s: missed %q, want %q", name, missed, c.missed)
		}
	}
}

func TestTableShowsEveryDecoder(t *testing.T) {
	rows := measured(60, 50, 1, 4.4, 10).rows()
	want := [][]string{
		{"codes read", ours, zxing3, zxing1},
		{"cards, 100", "60", "50", "49"},
		{"tilt, degrees; otherwise as chance has it: 45; of 20 each", "6", "5", "0"},
		{"**wrong payloads**, all pictures", "1", "7", "0"},
		{"CPU ms, frames with a code: median / p95", "4.4 / 4.4", "9.0 / 9.0", "4.0 / 4.0"},
		{"CPU ms, frames without a code: median / p95", "10.0 / 10.0", "9.0 / 9.0", "5.0 / 5.0"},
	}
	if !slices.EqualFunc(rows, want, func(a, b []string) bool { return slices.Equal(a, b) }) {
		t.Errorf("got %q\nwant %q", rows, want)
	}
}
