package checkpoint_test

import (
	"errors"
	"strings"
	"testing"

	"checkpoint"
)

func paper(who string, rest ...checkpoint.FormField) checkpoint.Form {
	f := checkpoint.FormWho(who)
	f.Rest = rest
	return f
}

// A form is a turn that the guard decides; its rest is recorded later, beside
// whatever goes on at the lane.
func TestAPaperFormInTwoSteps(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		first := paper("Trần  Văn Bình", checkpoint.FormField{Name: "phone", Value: "0900 000 113"}, checkpoint.FormField{Name: "from", Value: "Cẩm Giàng"}, checkpoint.FormField{Name: "to"})
		if err := b.lane.FormTurn(t.Context(), 0, first); err != nil {
			t.Fatal(err)
		}
		b.want(t, "lamp refer", "append decision refer")
		if r := b.records[0]; r.Format != checkpoint.FormatPaperForm || r.Name != "Trần Văn Bình" || r.Address != "phone: 0900 000 113\nfrom: Cẩm Giàng" || r.Reason != checkpoint.PaperFormShown {
			t.Errorf("%+v", r)
		}
		if err := b.lane.Answer(t.Context(), checkpoint.AnswerPassed); err != nil {
			t.Fatal(err)
		}
		b.want(t, "append outcome passed", "lamp admit", "open")
		b.scan("refer/next")
		b.take()
		rest := paper("036192004512", checkpoint.FormField{Name: "purpose", Value: "đi làm"})
		rest.Name = "Trần Văn Bình"
		if err := b.lane.CompleteForm(t.Context(), checkpoint.Position{Epoch: 7, Seq: 1}, rest); err != nil {
			t.Fatal(err)
		}
		b.want(t, "append decision (0)") // nothing moves at the lane
		if r := b.records[3]; r.Refers.Seq != 1 || r.Number != "036192004512" || r.Document != checkpoint.KindCCCD || r.Address != "purpose: đi làm" || r.Lane != "1" {
			t.Errorf("%+v", r)
		}
		if v := b.now(); v.State != checkpoint.StateWaiting || v.Decision.Credential.FullName != "next" {
			t.Errorf("%+v", v)
		}
	})
}

func TestAFormIsTurnedAway(t *testing.T) {
	b := &bench{relay: true}
	onLane(t, b, true, func(t *testing.T) {
		b.scan("refuse/an")
		b.take()
		if err := b.lane.FormTurn(t.Context(), 1, paper("Trần Văn Bình")); !errors.Is(err, checkpoint.ErrDecideFirst) {
			t.Errorf("beside a red: %v", err)
		}
		for name, f := range map[string]checkpoint.Form{
			"nobody": {}, "a novel": paper(strings.Repeat("x", 81)),
			"control characters": paper("An", checkpoint.FormField{Name: "route", Value: "a\x1b[2J"}),
		} {
			if err := b.lane.FormTurn(t.Context(), 1, f); !errors.Is(err, checkpoint.ErrFormEmpty) {
				t.Errorf("%s: %v", name, err)
			}
			if err := b.lane.CompleteForm(t.Context(), checkpoint.Position{Epoch: 7, Seq: 1}, f); !errors.Is(err, checkpoint.ErrFormEmpty) {
				t.Errorf("the rest of %s: %v", name, err)
			}
		}
		b.disk = errors.New("disk full")
		if err := b.lane.CompleteForm(t.Context(), checkpoint.Position{Epoch: 7, Seq: 1}, paper("An")); err == nil {
			t.Error("a form counts as kept that is not on disk")
		}
	})
}

// Somebody writes a number or a name first; which it is can be told.
func TestWhoStandsOnAForm(t *testing.T) {
	for who, want := range map[string]checkpoint.Form{
		"036 192 004 512": {Kind: checkpoint.KindCCCD, Number: "036192004512"},
		"012.345.678":     {Kind: checkpoint.KindCMND, Number: "012345678"},
		"c1234567":        {Kind: checkpoint.KindPassport, Number: "C1234567"},
		" lê  an ":        {Name: "lê an"},
		"HANNAH":          {Name: "HANNAH"},
		"12345":           {Name: "12345"},
	} {
		if got := checkpoint.FormWho(who); got.Number != want.Number || got.Name != want.Name || got.Kind != want.Kind {
			t.Errorf("%q: %+v, want %+v", who, got, want)
		}
	}
}
