package publish_test

import (
	"errors"
	"testing"
	"time"

	"checkpoint/store/publish"
	"checkpoint/store/stages"
)

func inStages() *stages.Options {
	return &stages.Options{Shares: []int{500, stages.Everybody}, Begin: time.Now(), Wait: time.Hour, MaxPause: time.Hour}
}

// The first officer says the stages, the next one signs them; who says others begins
// anew, and one who comes after the second stage began offers nothing.
func TestOfficersSignTheStagesOfASystem(t *testing.T) {
	r := begun(t)
	_, err := r.Publish(sign(t, built(t, "mau", 1), soon(), 1, 2), online)
	must(t, err)
	bundle := bundleOf(t, "one")
	said := inStages() // once: a second later it would be another plan
	first, err := r.SignSystem(bundle, version(t, "1.3.0"), said, keyOf(1))
	must(t, err)
	others := *said
	others.Wait *= 2
	if o, err := r.SignSystem(bundle, version(t, "1.3.0"), &others, keyOf(2)); err != nil || o.Holds {
		t.Errorf("other stages: %+v, %v", o, err)
	}
	if o, err := r.SignSystem(bundle, version(t, "1.3.0"), said, keyOf(1)); err != nil || o.Holds || !stages.Equal(o.Plan, first.Plan) {
		t.Errorf("the first ones again: %+v, %v", o, err)
	}
	if o, err := r.SignSystem(bundle, version(t, "1.3.0"), nil, keyOf(3)); err != nil || !o.Holds || !stages.Equal(o.Plan, first.Plan) {
		t.Errorf("the other officer: %+v, %v", o, err)
	}
	late := *said
	late.Begin = late.Begin.Add(-2 * time.Hour)
	_, err = r.SignSystem(bundle, version(t, "1.4.0"), &late, keyOf(1))
	must(t, err)
	if o, err := r.SignSystem(bundle, version(t, "1.4.0"), nil, keyOf(2)); !errors.Is(err, publish.ErrRollout) || o.Holds {
		t.Errorf("too late: %+v, %v", o, err)
	}
}

// A box whose stage, or whose pause, ends after the offer does would never take it.
func TestAnOfferOutlivesItsStages(t *testing.T) {
	r := begun(t)
	_, err := r.Publish(sign(t, built(t, "mau", 1), soon(), 1, 2), online)
	must(t, err)
	bundle := bundleOf(t, "one")
	long := inStages()
	long.Wait = 500 * 24 * time.Hour
	if _, err := r.SignSystem(bundle, version(t, "1.3.0"), long, keyOf(1)); !errors.Is(err, publish.ErrRollout) {
		t.Errorf("signed: %v", err)
	}
	if o, err := r.SignSystem(bundle, version(t, "1.3.0"), nil, keyOf(2)); err != nil || o.Holds || o.Plan != nil {
		t.Errorf("what was refused is in the draft: %+v, %v", o, err)
	}
}

// A pause of a system and one of data are two things.
func TestTheTwoPauses(t *testing.T) {
	r := begun(t)
	dir, _ := planned(t, 1, time.Now())
	_, err := r.Publish(sign(t, dir, time.Now().AddDate(0, 0, 30), 1, 2), online)
	must(t, err)
	if now, err := r.SystemRollout(); err != nil || now.Holds {
		t.Errorf("%+v, %v", now, err)
	}
	if _, err := r.PauseSystem(online); !errors.Is(err, publish.ErrRollout) {
		t.Errorf("no system is offered: %v", err)
	}
	bundle, said := bundleOf(t, "one"), inStages()
	for n := range byte(2) {
		_, err := r.SignSystem(bundle, version(t, "1.3.0"), said, keyOf(1+n))
		must(t, err)
	}
	must(t, r.Refresh(online))
	if now, err := r.PauseSystem(online); err != nil || !now.Paused {
		t.Fatalf("%+v, %v", now, err)
	}
	if now, err := r.SystemRollout(); err != nil || !now.Holds || !now.Paused || now.Version != version(t, "1.3.0") {
		t.Errorf("%+v, %v", now, err)
	}
	if now, err := r.Rollout(); err != nil || now.Paused {
		t.Errorf("data: %+v, %v", now, err)
	}
	_, err = r.Pause(online)
	must(t, err)
	if now, err := r.ResumeSystem(online); err != nil || now.Paused {
		t.Errorf("%+v, %v", now, err)
	}
	if now, err := r.Rollout(); err != nil || !now.Paused {
		t.Errorf("data go on as well: %+v, %v", now, err)
	}
}
