package main

import (
	"context"
	"math/rand/v2"
	"time"

	"checkpoint/store/stages"
	"checkpoint/sync/collector/daykeys"
	"checkpoint/sync/collector/view"
	"checkpoint/sync/collector/view/provincetest"
)

// corrected is of how many lines of each day an office said something.
const corrected = 100

// correct has an office say something of some lines of each day.
func (b *bench) correct(ctx context.Context, keys *daykeys.Keys, first time.Time) error {
	v, err := view.Open(ctx, b.url, keys)
	if err != nil {
		return err
	}
	defer v.Pool.Close()
	everybody := view.Scope{All: true}
	for n := range b.days {
		list, err := v.Arrivals(ctx, view.ArrivalsOf{Scope: everybody, End: view.Origin, Day: first.AddDate(0, 0, n), Limit: corrected})
		if err != nil {
			return err
		}
		for _, line := range list {
			if err := v.Say(ctx, everybody, line.Mark, "xa-10500", "differs"); err != nil {
				return err
			}
		}
	}
	return nil
}

// fleet is the province with as many boxes as were asked for, two lanes a box;
// those beyond the checkpoints recorded nothing.
func (b *bench) fleet() *provincetest.Province {
	all := b.province
	all.Sites = max(all.Sites, b.lanes/2)
	return &all
}

func (b *bench) fleetQuestions(f *filled) []question {
	everybody := view.Scope{All: true}
	lanes := func(q view.FleetOf) func(context.Context, *rand.Rand) (int, error) {
		return func(ctx context.Context, _ *rand.Rand) (int, error) {
			fleet, err := f.view.Fleet(ctx, everybody, q)
			return len(fleet.Lanes), err
		}
	}
	return []question{
		{"fleet: every lane", lanes(view.FleetOf{}), mostFleet},
		{"fleet: lanes that need a look", lanes(view.FleetOf{Attention: true}), mostFleet},
		{"rollout: every box, by stage", func(ctx context.Context, _ *rand.Rand) (int, error) {
			plan, err := stages.New(provincetest.Newest, stages.Options{Shares: []int{500, 2500, stages.Everybody}, Begin: f.first, Wait: time.Hour})
			if err != nil {
				return 0, err
			}
			r, err := f.view.Rollout(ctx, everybody, &plan)
			return len(r.Boxes), err
		}, mostFleet},
	}
}
