package changes

import (
	"fmt"

	"checkpoint"
)

// Alarm is a change that nobody signs by accident.
type Alarm uint8

// The alarms.
const (
	PeopleVanish  Alarm = iota + 1 // more than 0.1 % of the people before are not in the data any more
	RedGrows                       // more than 5 % more people are refused than before
	NotMatched                     // other tags: that people were exchanged would not be seen
	NothingBefore                  // no earlier snapshot that officers signed is there to compare with
	NotSigned                      // the earlier snapshot was named, but too few officers signed it
	NoState                        // the state file of one of the snapshots is missing
	LayersUnseen                   // layers are not here, and no signed snapshot beside has the same
	BackDiffers                    // the layers are those of a signed snapshot, something else is not
)

// String is how machines are told.
func (a Alarm) String() string {
	names := [...]string{PeopleVanish: "people-vanish", RedGrows: "red-grows", NotMatched: "not-matched", NothingBefore: "nothing-before", NotSigned: "not-signed", NoState: "no-state", LayersUnseen: "layers-unseen", BackDiffers: "back-differs"}
	if a == 0 || int(a) >= len(names) {
		return fmt.Sprintf("alarm %d", uint8(a))
	}
	return names[a]
}

// The guard rails, as parts of what was before.
const (
	vanishing = 1000 // one in so many people
	growing   = 20   // one in so many red
)

// Alarms lists the guard rails that the change breaks. Where people cannot be
// matched their number alone tells how many vanish.
func (r *Result) Alarms() []Alarm {
	var list []Alarm
	if !r.Matched {
		list = append(list, NotMatched)
	}
	gone := r.People.Removed
	if !r.Matched {
		gone = r.People.Before - r.People.After
	}
	if gone*vanishing > r.People.Before {
		list = append(list, PeopleVanish)
	}
	if before, after := r.Verdicts(checkpoint.Refuse); (after-before)*growing > before {
		list = append(list, RedGrows)
	}
	return list
}
