package main

import (
	"encoding/json"
	"fmt"
	stdio "io"
	"os"
	"path/filepath"
	"time"

	"checkpoint"
	"checkpoint/console/messages"
	"checkpoint/store/build/changes"
	"checkpoint/store/snapshot"
)

// print writes what changes, for people. It holds no personal data.
func (d *difference) print(w stdio.Writer) {
	fmt.Fprintf(w, "%s: bản / snapshot %d -> %d, hỏi lúc / asked at %s\n", d.after.manifest.Province, d.before.manifest.Number, d.after.manifest.Number, d.at.Format(time.RFC3339))
	fmt.Fprintf(w, "quy định / policy: %s (số / no. %d)", d.before.policy.Name(), d.before.policy.Number())
	if string(d.before.manifest.Policy) != string(d.after.manifest.Policy) {
		fmt.Fprintf(w, " -> %s (số / no. %d)", d.after.policy.Name(), d.after.policy.Number())
	}
	fmt.Fprintf(w, "\n\n%14s %12s %12s\n", "trước/before", "sau/after", "đổi/change")
	for _, v := range []checkpoint.Verdict{checkpoint.Admit, checkpoint.Refer, checkpoint.Refuse} {
		before, after := d.result.Verdicts(v)
		row(w, before, after, fmt.Sprintf("%s / %s", messages.Word(v, messages.Vietnamese), messages.Word(v, messages.English)))
		for _, t := range d.result.Tallies() {
			if t.Outcome.Verdict == v {
				row(w, t.Before, t.After, "  "+reasonWords(t.Outcome.Reason))
			}
		}
	}
	row(w, d.result.People.Before, d.result.People.After, "mọi người / people")
	row(w, d.result.Documents.Before, d.result.Documents.After, "giấy tờ khác / further documents")
	fmt.Fprintln(w)
	if d.result.Matched {
		kinds(w, "người / people", d.result.People)
		kinds(w, "giấy tờ khác / further documents", d.result.Documents)
		d.printMoves(w)
	} else {
		fmt.Fprintln(w, "Hai bản dùng khoá tra cứu (pepper) khác nhau: không ghép được từng người, chỉ so số lượng. / Built with different peppers: people cannot be matched, only counts are compared.")
	}
	d.printLayers(w)
}

func row(w stdio.Writer, before, after int, what string) {
	fmt.Fprintf(w, "%14d %12d %+12d   %s\n", before, after, after-before, what)
}

func kinds(w stdio.Writer, what string, c changes.Change) {
	fmt.Fprintf(w, "%s: %d thêm / added, %d mất / removed, %d đổi / changed\n", what, c.Added, c.Removed, c.Changed)
}

func reasonWords(code checkpoint.Reason) string {
	return fmt.Sprintf("%s %s / %s", code, messages.Reason(code, nil, messages.Vietnamese).What, messages.Reason(code, nil, messages.English).What)
}

func (d *difference) printMoves(w stdio.Writer) {
	moved := d.result.Moved()
	if len(moved) == 0 {
		fmt.Fprintln(w, "\nkhông ai đổi kết quả / nobody's answer changes")
		return
	}
	fmt.Fprintln(w, "\nai đổi kết quả / whose answer changes")
	for _, m := range moved {
		fmt.Fprintf(w, "%14d   %s -> %s\n", m.People, placeWords(m.From), placeWords(m.To))
	}
}

func placeWords(o changes.Outcome) string {
	if o.Absent() {
		return "không có trong dữ liệu / not in the data"
	}
	return fmt.Sprintf("%s %s", messages.Word(o.Verdict, messages.Vietnamese), o.Reason)
}

func (d *difference) printLayers(w stdio.Writer) {
	fmt.Fprintln(w, "\nlớp / layers")
	for _, s := range []side{d.before, d.after} {
		for _, l := range s.layers() {
			fmt.Fprintf(w, "  bản / snapshot %d: %s of %d, %d người / people, %d giấy tờ khác / further documents, %d bỏ / removed, %d bytes\n", s.manifest.Number, l.Kind, l.Number, l.People, l.Documents, l.Removed, l.Bytes)
		}
	}
}

// layerLine is one layer of a snapshot.
type layerLine struct {
	Kind      string `json:"kind"`
	Number    uint64 `json:"number"`
	People    uint64 `json:"people"` // with the probe
	Documents uint64 `json:"documents"`
	Removed   uint64 `json:"removed"`
	Bytes     int64  `json:"bytes"` // of the file; 0: it is not here
}

func (s *side) layers() []layerLine {
	var list []layerLine
	for _, l := range s.manifest.Layers {
		line := layerLine{Kind: l.Header.Kind.String(), Number: l.Header.Number, People: l.Header.People, Documents: l.Header.Aliases, Removed: l.Header.Tombstones}
		if info, err := os.Stat(filepath.Join(snapshot.LayersDir(s.dir), l.FileName())); err == nil {
			line.Bytes = info.Size()
		}
		list = append(list, line)
	}
	return list
}

// The output of diff --json.
type (
	sideJSON struct {
		Number       uint64      `json:"number"`
		Created      time.Time   `json:"created"`
		Policy       string      `json:"policy"`
		PolicyNumber uint64      `json:"policy_number"`
		Layers       []layerLine `json:"layers"`
	}
	changeJSON struct {
		Before  int `json:"before"`
		After   int `json:"after"`
		Added   int `json:"added"`
		Removed int `json:"removed"`
		Changed int `json:"changed"`
	}
	placeJSON struct {
		Verdict string            `json:"verdict"`
		Reason  checkpoint.Reason `json:"reason"`
	}
	tallyJSON struct {
		placeJSON
		Before int `json:"before"`
		After  int `json:"after"`
	}
	moveJSON struct {
		From   *placeJSON `json:"from"` // null: not in the data
		To     *placeJSON `json:"to"`
		People int        `json:"people"`
	}
	diffJSON struct {
		Province  string      `json:"province"`
		At        time.Time   `json:"at"`
		Before    sideJSON    `json:"before"`
		After     sideJSON    `json:"after"`
		Matched   bool        `json:"matched"` // false: added, removed, changed and moves are not known
		People    changeJSON  `json:"people"`
		Documents changeJSON  `json:"documents"`
		Outcomes  []tallyJSON `json:"outcomes"`
		Moves     []moveJSON  `json:"moves"`
		Alarms    []string    `json:"alarms"`
	}
)

func (d *difference) json(w stdio.Writer) error {
	out := diffJSON{
		Province: d.after.manifest.Province, At: d.at, Before: d.before.json(), After: d.after.json(), Matched: d.result.Matched,
		People: changeJSON(d.result.People), Documents: changeJSON(d.result.Documents),
		Outcomes: []tallyJSON{}, Moves: []moveJSON{}, Alarms: []string{},
	}
	for _, t := range d.result.Tallies() {
		out.Outcomes = append(out.Outcomes, tallyJSON{*placeOf(t.Outcome), t.Before, t.After})
	}
	if d.result.Matched {
		for _, m := range d.result.Moved() {
			out.Moves = append(out.Moves, moveJSON{placeOf(m.From), placeOf(m.To), m.People})
		}
	}
	for _, a := range d.result.Alarms() {
		out.Alarms = append(out.Alarms, a.String())
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return fmt.Errorf("write difference: %w", err)
	}
	return nil
}

func placeOf(o changes.Outcome) *placeJSON {
	if o.Absent() {
		return nil
	}
	return &placeJSON{o.Verdict.String(), o.Reason}
}

func (s *side) json() sideJSON {
	return sideJSON{s.manifest.Number, s.manifest.CreatedAt(), s.policy.Name(), s.policy.Number(), s.layers()}
}
