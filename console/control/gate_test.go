package control_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"checkpoint"
	"checkpoint/console/control"
	"checkpoint/console/pin"
)

// gate remembers what it was asked.
type gate struct {
	steps  []checkpoint.Walk
	whole  int
	ended  int
	wrong  int
	refuse error
}

func (g *gate) Walk(_ context.Context, step checkpoint.Walk, _ bool) error {
	g.steps = append(g.steps, step)
	return g.refuse
}
func (g *gate) WalkLamps(context.Context, time.Duration) error { g.whole++; return g.refuse }
func (g *gate) EndEmergency(context.Context) error             { g.ended++; return g.refuse }
func (g *gate) WrongPIN()                                      { g.wrong++ }

func TestLampStepsReachTheGateThatIsNamed(t *testing.T) {
	one, two := &gate{}, &gate{refuse: checkpoint.ErrWalkEnded}
	_, c := daemon(t, &control.Server{Gates: map[string]control.Gate{"1": one, "2": two}})
	for _, step := range []string{"green", "relay", "end", control.AllLamps} {
		if err := c.Lamp(t.Context(), control.Lamp{Lane: "1", Step: step}); err != nil {
			t.Error(err)
		}
	}
	if len(one.steps) != 3 || one.steps[1] != checkpoint.WalkRelay || one.whole != 1 {
		t.Errorf("gate 1 did %v and %d whole walks", one.steps, one.whole)
	}
	if err := c.Lamp(t.Context(), control.Lamp{Lane: "2", Step: "red"}); err == nil || err.Error() != checkpoint.ErrWalkEnded.Error() {
		t.Errorf("the lane's refusal: %v", err)
	}
	for _, l := range []control.Lamp{{Step: "red"}, {Lane: "3", Step: "red"}, {Lane: "1", Step: "open"}} {
		if err := c.Lamp(t.Context(), l); err == nil {
			t.Errorf("%+v was taken", l)
		}
	}
}

func TestEmergencyEndsOnlyWithAPIN(t *testing.T) {
	hash, err := pin.Hash("24680")
	if err != nil {
		t.Fatal(err)
	}
	pins, err := pin.NewList([]string{hash})
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{}
	_, c := daemon(t, &control.Server{Gates: map[string]control.Gate{"1": g}, PINs: pins})
	var refused *control.Refusal
	for _, code := range []string{"", "11111"} {
		if err := c.EndEmergency(t.Context(), control.EndEmergency{PIN: code}); !errors.As(err, &refused) || !strings.Contains(err.Error(), "wrong PIN") {
			t.Errorf("PIN %q: %v", code, err)
		}
	}
	if g.ended != 0 || g.wrong != 2 {
		t.Errorf("ended %d times, %d wrong PINs recorded", g.ended, g.wrong)
	}
	if err := c.EndEmergency(t.Context(), control.EndEmergency{PIN: "24680"}); err != nil || g.ended != 1 {
		t.Errorf("the right PIN: %v, ended %d times", err, g.ended)
	}
	_, bare := daemon(t, &control.Server{Gates: map[string]control.Gate{"1": g}})
	if err := bare.EndEmergency(t.Context(), control.EndEmergency{PIN: "24680"}); err == nil || g.ended != 1 {
		t.Errorf("a box without PINs: %v", err)
	}
}
