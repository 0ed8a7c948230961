package access

import (
	"context"
	"time"
)

// watch is a stream that a session has open.
type watch struct {
	device, session string
	end             context.CancelCauseFunc
}

// Watch gives a context that ends with the session, so that what is open on a
// device goes dark at the hand-over and not when it asks next. Its cause is then
// [ErrSignedOff].
func (a *Access) Watch(ctx context.Context, device, session string) (context.Context, context.CancelFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var left time.Duration
	if k := a.paired(device); k != nil && k.Session != nil {
		left = longShift - a.now().Sub(k.Session.Began)
	}
	ctx, late := context.WithTimeoutCause(ctx, left, ErrSignedOff)
	ctx, end := context.WithCancelCause(ctx)
	w := &watch{device, session, end}
	a.open[w] = struct{}{}
	a.endWatches()
	return ctx, func() {
		end(nil)
		late()
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.open, w)
	}
}

// endWatches ends those whose session is over.
func (a *Access) endWatches() {
	for w := range a.open {
		if k := a.paired(w.device); k == nil || !a.lives(k.Session) || !k.Session.Secret.is(w.session) {
			w.end(ErrSignedOff)
		}
	}
}
