package checkup

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"checkpoint/cmd/internal/snapshots"
	"checkpoint/console/doctor"
	"checkpoint/store/snapshot"
)

// lookups opens the snapshot in use, which looks up each layer's probe record,
// and then asks for numbers all over it. A miss is proven as a hit is; only the
// person's own seal is not opened.
func lookups(ctx context.Context, state string, n int) (doctor.Lookups, error) {
	store, _, err := snapshots.Store(state)
	if err != nil {
		return doctor.Lookups{}, err
	}
	register, err := store.Open()
	if err != nil {
		return doctor.Lookups{}, err
	}
	defer register.Close()
	if err := snapshots.Check(register); err != nil {
		return doctor.Lookups{}, err
	}
	return measure(ctx, register, n)
}

func measure(ctx context.Context, register *snapshot.Register, n int) (doctor.Lookups, error) {
	took := make([]time.Duration, 0, n)
	for range n {
		if ctx.Err() != nil {
			return doctor.Lookups{}, context.Cause(ctx)
		}
		q := random(rand.Uint64())
		began := time.Now()
		m, err := register.Lookup(q)
		took = append(took, time.Since(began))
		if err != nil {
			return doctor.Lookups{}, err
		}
		if m.Found {
			return doctor.Lookups{}, errors.New("look up: somebody has a number of an area that is none")
		}
	}
	slices.Sort(took)
	return doctor.Lookups{Snapshot: register.Manifest.Number, N: n, P50: took[(n-1)/2], P99: took[(n*99-1)/100]}, nil
}
