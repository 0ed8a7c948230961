package sample

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"image/png"
	"io"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"

	"checkpoint"
	"checkpoint/store/build/input"
)

func options(people int) Options {
	return Options{People: people, Seed: 7, Date: checkpoint.Date{Year: 2025, Month: 3, Day: 1}}
}

func province(t *testing.T, o Options) *Province {
	t.Helper()
	p, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func generate(t *testing.T, o Options) string {
	t.Helper()
	dir := t.TempDir()
	if err := Generate(t.Context(), dir, o); err != nil {
		t.Fatal(err)
	}
	return dir
}

func contents(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func sheetFiles() []string { return []string{PeopleFile, DosesFile, CasesFile, WithdrawnFile} }

// The golden sum may change only on purpose: benchmarks and bug reports name a
// sample by its options. Pictures are left out, their compression belongs to Go.
func TestSameOptionsGiveTheSameBytes(t *testing.T) {
	const golden = "b7dae3561e537e0fc0ec411e7ade088be455c541a0de3ff5fc1bd039eabde632"
	dir := generate(t, options(300))
	sum := sha256.New()
	for _, name := range append(sheetFiles(), filepath.Join(CardsDir, CardsFile)) {
		sum.Write(contents(t, dir, name))
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != golden {
		t.Errorf("sum %s, want %s", got, golden)
	}
	again, other := generate(t, options(300)), options(300)
	other.Seed++
	if !bytes.Equal(contents(t, dir, "cards/red.png"), contents(t, again, "cards/red.png")) {
		t.Error("same options, different picture")
	}
	if bytes.Equal(contents(t, dir, PeopleFile), contents(t, generate(t, other), PeopleFile)) {
		t.Error("another seed gives the same people")
	}
}

func TestPersonDoesNotDependOnTheNumberOfPeople(t *testing.T) {
	few, many := province(t, options(100)), province(t, options(10_000_000))
	for _, i := range []int{0, 3, 50, 99} {
		if a, b := few.Person(i), many.Person(i); !reflect.DeepEqual(a, b) {
			t.Errorf("person %d: %+v, and among more people %+v", i, a, b)
		}
	}
	small, large := generate(t, options(100)), generate(t, options(5000))
	for _, name := range sheetFiles() {
		if !bytes.HasPrefix(contents(t, large, name), contents(t, small, name)) {
			t.Errorf("%s of 100 people is not the start of that of 5000", name)
		}
	}
}

func TestFilesReadBackAsThePeopleTheyCameFrom(t *testing.T) {
	o := options(5000)
	dir, p := generate(t, o), province(t, o)
	people := readAll(t, dir, PeopleFile, input.People)
	doses := readAll(t, dir, DosesFile, input.Doses)
	cases := readAll(t, dir, CasesFile, input.Cases)
	gone := readAll(t, dir, WithdrawnFile, input.Withdrawals)
	if len(people) != o.People {
		t.Fatalf("%d people, want %d", len(people), o.People)
	}
	for i, got := range people {
		want := p.Person(i)
		if !reflect.DeepEqual(got, want.Person) {
			t.Fatalf("person %d: read %+v, want %+v", i, got, want.Person)
		}
		doses, cases, gone = sameStart(t, doses, want.Doses), sameStart(t, cases, want.Cases), sameStart(t, gone, want.Withdrawn)
	}
	if len(doses)+len(cases)+len(gone) > 0 {
		t.Errorf("%d doses, %d cases, %d withdrawals belong to nobody", len(doses), len(cases), len(gone))
	}
}

// sameStart checks that rows begin with want and returns the rest.
func sameStart[T comparable](t *testing.T, rows, want []T) []T {
	t.Helper()
	for i, w := range want {
		if i >= len(rows) || rows[i] != w {
			t.Fatalf("file lacks %+v", w)
		}
	}
	return rows[len(want):]
}

func readAll[T any](t *testing.T, dir, name string, read func(string, io.Reader) iter.Seq2[T, error]) []T {
	t.Helper()
	var all []T
	for v, err := range read(name, bytes.NewReader(contents(t, dir, name))) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, v)
	}
	return all
}

func TestProgressReachesTheEndAndStopIsObeyed(t *testing.T) {
	o := options(3*chunk + 1)
	last := 0
	o.Progress = func(done, total int) {
		if done <= last || total != o.People {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last = done
	}
	generate(t, o)
	if last != o.People {
		t.Errorf("progress ended at %d of %d", last, o.People)
	}
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = func(done, _ int) {
		if done > chunk {
			t.Errorf("still writing after the stop, %d done", done)
		}
		cancel()
	}
	if err := Generate(ctx, t.TempDir(), o); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %v", err, context.Canceled)
	}
}

func TestOptionsOutOfRangeAreRefused(t *testing.T) {
	for name, change := range map[string]func(*Options){
		"too few":      func(o *Options) { o.People = MinPeople - 1 },
		"too many":     func(o *Options) { o.People = 100_000_000 },
		"no date":      func(o *Options) { o.Date = checkpoint.Date{} },
		"month alone":  func(o *Options) { o.Date.Day = 0 },
		"before cards": func(o *Options) { o.Date = checkpoint.Date{Year: 2024, Month: 9, Day: 30} },
		"all twice":    func(o *Options) { o.Changed = 2 },
		"hours back":   func(o *Options) { o.Hours = -1 },
		"2100":         func(o *Options) { o.Date = checkpoint.Date{Year: 2100, Month: 1, Day: 1} },
	} {
		o := options(1000)
		change(&o)
		if _, err := New(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestCardsDecodeFromTheirPictures(t *testing.T) {
	dir := generate(t, options(MinPeople))
	var cards []Card
	if err := json.Unmarshal(contents(t, dir, "cards/cards.json"), &cards); err != nil {
		t.Fatal(err)
	}
	for _, c := range cards {
		if got := decode(t, contents(t, dir, "cards/"+c.Name+".png")); got != c.Payload {
			t.Errorf("%s: picture says %q, list says %q", c.Name, got, c.Payload)
		}
		if _, err := checkpoint.ParseVerdict(c.ExpectVerdict); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
	for _, want := range []string{"green", "amber", "red", "unknown", "withdrawn"} {
		if !strings.Contains(string(contents(t, dir, "cards/cards.json")), `"name": "`+want+`"`) {
			t.Errorf("no card %s", want)
		}
	}
}

func decode(t *testing.T, file []byte) string {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if w := picture.Bounds().Dx(); w < 600 {
		t.Errorf("picture is %d pixels wide, want 600", w)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(picture)
	if err != nil {
		t.Fatal(err)
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_CHARACTER_SET: "UTF-8", gozxing.DecodeHintType_TRY_HARDER: true}
	result, err := qrcode.NewQRCodeReader().Decode(bitmap, hints)
	if err != nil {
		t.Fatal(err)
	}
	if level := result.GetResultMetadata()[gozxing.ResultMetadataType_ERROR_CORRECTION_LEVEL]; level != "M" {
		t.Errorf("error correction level %v, want M", level)
	}
	return result.GetText()
}
