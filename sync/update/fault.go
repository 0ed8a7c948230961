package update

import (
	"errors"

	"checkpoint/store/snapshot"
)

// Fault is what kind of thing went wrong at the last look. Values are on the
// wire.
type Fault uint8

// The kinds of faults.
const (
	NoFault     Fault = 0
	LinkFault   Fault = 1 // server not reached, or not to the end
	StaleFault  Fault = 2 // only expired metadata
	RoomFault   Fault = 3 // card full
	TrustFault  Fault = 4 // what was offered is not believed
	DamageFault Fault = 5 // a layer on the card, or as it came
	OtherFault  Fault = 6 // the policy does not compile, the disk fails, …
)

func kindOf(err error) Fault {
	for _, k := range []struct {
		is   error
		kind Fault
	}{
		{nil, NoFault},
		{ErrLink, LinkFault}, {ErrSlow, LinkFault}, {snapshot.ErrCut, LinkFault}, {ErrStale, StaleFault}, {ErrNoRoom, RoomFault},
		{snapshot.ErrUntrusted, TrustFault}, {ErrRollback, TrustFault}, {ErrTooLong, TrustFault}, {snapshot.ErrOtherLayer, TrustFault},
		{snapshot.ErrDamaged, DamageFault},
	} {
		if errors.Is(err, k.is) {
			return k.kind
		}
	}
	return OtherFault
}
