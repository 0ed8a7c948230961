package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"checkpoint"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/store/build/sample"
	"checkpoint/store/fold"
	"checkpoint/store/journal"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
)

// A box's card has leaked, after a day of scans: everything is on it but the
// pepper. docs/threat-model.md says what a thief gets and what it costs;
// store/snapshot/leak_test.go counts the guesses of who has the pepper as well.

// leakedCard is every file of the box but its pepper, by path.
func (r *rig) leakedCard() map[string][]byte {
	r.t.Helper()
	card := map[string][]byte{}
	r.must(filepath.WalkDir(r.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || d.Name() == keys.PepperFile {
			return err
		}
		card[path], err = os.ReadFile(path)
		return err
	}))
	return card
}

// aDay has people scanned, and ends the daemon as a thief would.
func aDay(t *testing.T) (r *rig, shown []string, log string) {
	r = newReadyRig(t, settings{SiteType: "road"})
	d := r.start()
	d.listen()
	shown = append(shown, r.province.green[:6]...)
	for _, payload := range shown {
		d.admits(r, payload)
	}
	for _, name := range []string{"red", "unknown"} {
		shown = append(shown, r.province.cards[name])
		d.show(r, r.province.cards[name])
		d.answer(checkpoint.AnswerDenied)
	}
	d.kill()
	return r, shown, d.log.String()
}

// traces are what somebody who knows a card looks for: its lines as printed and
// folded, and its number as a program would store it.
func traces(payload string) (all [][]byte) {
	f := strings.Split(payload, "|")
	for _, text := range []string{payload, f[0], f[1], f[2], fold.Name(f[2])} {
		if text != "" {
			all = append(all, []byte(text))
		}
	}
	if n, err := strconv.ParseUint(f[0], 10, 64); err == nil {
		packed := binary.BigEndian.AppendUint64(nil, n)[2:]
		mirrored := binary.LittleEndian.AppendUint64(nil, n)[:6]
		all = append(all, packed, mirrored)
	}
	return all
}

func TestACardShowsNobody(t *testing.T) {
	r, shown, log := aDay(t)
	card := r.leakedCard()
	card["the log"] = []byte(log)
	known := append(shown, r.province.green...)
	for path, b := range card {
		for _, payload := range known {
			for _, trace := range traces(payload) {
				if bytes.Contains(b, trace) {
					t.Errorf("%s shows a person: %q", path, trace)
				}
			}
		}
	}
	people, err := os.ReadFile(filepath.Join(r.province.dir, "sample", sample.PeopleFile))
	if err != nil || !bytes.Contains(people, traces(known[0])[1]) || len(card) < 8 || len(known) < 200 {
		t.Errorf("%d files and %d people were tried: the test lost its subject; %v", len(card), len(known), err)
	}
}

// Nobody's membership can be confirmed: the tag that a known number has is in
// the layer, but to make it one needs the pepper, and no bytes of the card are
// that. The same search finds both once the pepper is known.
func TestACardConfirmsNoNumber(t *testing.T) {
	r, _, _ := aDay(t)
	card := r.leakedCard()
	layers, err := filepath.Glob(filepath.Join(snapshot.LayersDir(r.state(snapshots.Dir)), "*"))
	if err != nil || len(layers) != 1 {
		t.Fatalf("layers %v, %v", layers, err)
	}
	layer := card[layers[0]]
	right, err := snapshot.ReadPepper(r.state(keys.PepperFile))
	r.must(err)
	tagged := func(p snapshot.Pepper) (found int) {
		for _, payload := range r.province.green {
			tag := p.Tag(checkpoint.KindCCCD, numberOf(payload))
			if bytes.Contains(layer, tag[:]) {
				found++
			}
		}
		return found
	}
	if n := tagged(right); n != len(r.province.green) {
		t.Fatalf("with the pepper %d of %d are found", n, len(r.province.green))
	}
	for path, b := range card {
		if findPepper(b, right.ID()) {
			t.Errorf("%s holds the pepper", path)
		}
	}
	text, err := os.ReadFile(r.state(keys.PepperFile))
	r.must(err)
	if !findPepper(text, right.ID()) || !findPepper(append([]byte("x"), right[:]...), right.ID()) {
		t.Error("the search does not find a pepper")
	}
	// A box that is given something of the card for a pepper says so and answers
	// nothing; tags made with it are in no layer.
	seed, err := boxKey(r.settings.State)
	r.must(err)
	wrong := snapshot.Pepper(seed.Seed())
	if n := tagged(wrong); n > 0 {
		t.Errorf("%d people found with a wrong pepper", n)
	}
	trust, err := snapshot.ReadTrust(r.state(keys.ProvinceFile))
	r.must(err)
	if _, err := snapshot.NewBox(r.state(snapshots.Dir), trust, wrong).Open(); !errors.Is(err, snapshot.ErrOtherPepper) {
		t.Errorf("with a wrong pepper: %v", err)
	}
}

// findPepper tries every 32 bytes of a file, as they are and as hexadecimal
// digits, against the name that the layer's header has of its pepper.
func findPepper(b []byte, id [8]byte) bool {
	try := func(b []byte) bool {
		for at := 0; at+len(snapshot.Pepper{}) <= len(b); at++ {
			p := snapshot.Pepper(b[at:])
			if p != (snapshot.Pepper{}) && p.ID() == id {
				return true
			}
		}
		return false
	}
	for _, digits := range regexp.MustCompile(`[0-9a-fA-F]{64,}`).FindAll(b, -1) {
		raw, err := hex.DecodeString(string(digits[:len(digits)&^1]))
		if err == nil && try(raw) {
			return true
		}
	}
	return try(b)
}

// The journal holds the day, and the box's own keys do not open it; the
// province's does.
func TestACardGivesNoPastScan(t *testing.T) {
	r, shown, _ := aDay(t)
	own, err := boxKey(r.settings.State)
	r.must(err)
	j, err := journal.Open(journal.Options{
		Dir: r.state("journal"), Province: "mau", Box: "thu-0001", BoxKey: own, ProvinceKey: r.province.records.PublicKey(), Log: slog.New(slog.DiscardHandler),
	})
	r.must(err)
	segments, err := j.Segments(context.Background())
	r.must(err)
	for _, s := range segments {
		h, err := journal.ParseHeader(s.Header)
		r.must(err)
		for _, name := range []string{snapshots.BoxKeyFile, keys.PepperFile} {
			key, err := keys.ReadRecords(r.state(name))
			r.must(err)
			if _, err := journal.OpenSegmentKey(h, key); err == nil {
				t.Errorf("%s opens the journal", name)
			}
		}
	}
	r.must(j.Close())
	decisions := 0
	for _, s := range r.province.read(t, r.settings.State) {
		if s.Kind == checkpoint.RecordDecision {
			decisions++
		}
	}
	if decisions != len(shown) {
		t.Errorf("the province reads %d decisions, want %d", decisions, len(shown))
	}
}
