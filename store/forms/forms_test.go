package forms_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/store/forms"
)

func form(refers checkpoint.Position, name string) checkpoint.Record {
	return checkpoint.Record{
		Kind: checkpoint.RecordDecision, Format: checkpoint.FormatPaperForm, Time: time.Unix(1_700_000_000, 0).UTC(), Lane: "1",
		Refers: refers, Document: checkpoint.KindCCCD, Number: "036192004512", Name: name,
	}
}

func open(t *testing.T, path string) *forms.List {
	t.Helper()
	l, err := forms.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func note(t *testing.T, l *forms.List, r checkpoint.Record, at checkpoint.Position) {
	t.Helper()
	if err := l.Note(r, at); err != nil {
		t.Fatal(err)
	}
}

// A form waits until its rest is on disk, over any restart, and the file names
// nobody.
func TestAFormWaitsForItsRest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "forms.json")
	l := open(t, path)
	first, second := checkpoint.Position{Epoch: 1 << 63, Seq: 3}, checkpoint.Position{Epoch: 9, Seq: 5}
	note(t, l, form(checkpoint.Position{}, "Trần Văn Bình"), first)
	note(t, l, form(checkpoint.Position{}, "Lê Thị Hoa"), second)
	scanned := form(checkpoint.Position{}, "")
	scanned.Format = checkpoint.FormatCCCD2021
	note(t, l, scanned, checkpoint.Position{Epoch: 9, Seq: 6})
	if text, err := os.ReadFile(path); err != nil || strings.Contains(string(text), "036192") || strings.Contains(string(text), "Trần") {
		t.Errorf("the file holds %s, %v", text, err)
	}
	l = open(t, path)
	if w := l.Waiting(); len(w) != 2 || w[0].At != first || w[0].Lane != "1" || w[0].Time.Unix() != 1_700_000_000 || w[1].At != second {
		t.Fatalf("after a restart %+v wait", w)
	}
	note(t, l, form(first, "Trần Văn Bình"), checkpoint.Position{Epoch: 9, Seq: 7})
	if w := open(t, path).Waiting(); len(w) != 1 || w[0].At != second {
		t.Errorf("after the first was completed %+v wait", w)
	}
}

func TestTheOldestFormGivesWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "forms.json")
	var full strings.Builder
	for i := range forms.Most {
		fmt.Fprintf(&full, `,{"epoch":1,"seq":%d,"time":"2023-11-14T22:13:20Z","lane":"1"}`, i+1)
	}
	if err := os.WriteFile(path, []byte("["+full.String()[1:]+"]"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := open(t, path)
	note(t, l, form(checkpoint.Position{}, ""), checkpoint.Position{Epoch: 2, Seq: 1})
	if w := l.Waiting(); len(w) != forms.Most || w[0].At.Seq != 2 || w[forms.Most-1].At.Epoch != 2 {
		t.Errorf("%d wait, from %d on", len(w), w[0].At.Seq)
	}
}

func TestAListThatIsNoListBeginsAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "forms.json")
	if err := os.WriteFile(path, []byte("{torn"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := forms.Open(path)
	if err == nil || len(l.Waiting()) != 0 {
		t.Errorf("%v, %+v", err, l.Waiting())
	}
	note(t, l, form(checkpoint.Position{}, ""), checkpoint.Position{Epoch: 1, Seq: 1})
	if w := open(t, path).Waiting(); len(w) != 1 {
		t.Errorf("%+v wait", w)
	}
}
