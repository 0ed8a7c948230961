package main

import (
	"log/slog"
	"slices"

	"checkpoint"
	"checkpoint/console/faults"
	"checkpoint/device/gate"
)

// standardWiring is the wiring of the box's own image.
const standardWiring = "standard"

// troubles are the faults that a box without a screen tells by its lamps. What
// another fault brings about is not among those that are told.
var troubles = map[faults.Code]gate.Trouble{
	faults.NotConfigured:     gate.NoConfiguration,
	faults.CableOut:          gate.NoNetwork,
	faults.BrokerUnreachable: gate.NoNetwork,
	faults.KeysUnusable:      gate.NotApproved,
	faults.NoSnapshot:        gate.NoData,
	faults.SnapshotDamaged:   gate.NoData,
	faults.ClockNotTrusted:   gate.NoTime,
}

// troubleOf is the first that is to be mended.
func troubleOf(told []faults.Found) gate.Trouble {
	var list []gate.Trouble
	for _, f := range told {
		if t := troubles[f.Code]; t != gate.Well {
			list = append(list, t)
		}
	}
	if len(list) == 0 {
		return gate.Well
	}
	return slices.Min(list)
}

// showTrouble tells it by the LED on the box. Where there is none the amber lamp
// does, unless there is a page, which says it in words.
func (b *box) showTrouble(told []faults.Found) {
	t := troubleOf(told)
	for _, l := range b.lanes {
		if b.page == nil || slices.Contains(l.gate.Fitted(), "status") {
			l.gate.Trouble(t)
		}
	}
}

// showOutOfService lights the lamps of a box that has no configuration to tell
// which pins it has. Nothing that could open anything is touched. It returns
// what puts them out.
func showOutOfService(log *slog.Logger, wiring string) (dark func()) {
	if wiring != standardWiring {
		return func() {}
	}
	g, err := gate.Open(gate.Standard().LampsOnly(), gate.Options{OnFault: func(err error) {
		if err != nil {
			log.Error("lamps of the standard wiring", "error", err)
		}
	}})
	if err != nil {
		log.Error("the standard wiring cannot be had", "error", err)
	}
	g.Trouble(gate.NoConfiguration)
	g.Signal(checkpoint.SignalFault)
	return func() {
		if err := g.Close(); err != nil {
			log.Error("lamps of the standard wiring", "error", err)
		}
	}
}
