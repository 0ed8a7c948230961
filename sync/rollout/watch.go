package rollout

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"checkpoint/sync/internal/link"
	"checkpoint/sync/wire"
)

// leaves are the messages of boxes that a rollout is judged by.
var leaves = []string{"state", "health"}

// Listen keeps the fleet up to date until ctx ends, reconnecting as needed. up
// is told each time the broker has been asked for everything, and each time the
// connection is lost (with why).
func (b Broker) Listen(ctx context.Context, f *Fleet, log *slog.Logger, up func(error)) {
	wait := link.Backoff{Min: time.Second, Max: time.Minute}
	for ctx.Err() == nil {
		start := time.Now()
		err := b.listen(ctx, f, up)
		if ctx.Err() != nil {
			return
		}
		log.Warn("broker lost", "error", err)
		up(err)
		wait.Wait(ctx, time.Since(start))
	}
}

func (b Broker) listen(ctx context.Context, f *Fleet, up func(error)) error {
	conn, err := b.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Leave("")
	for _, leaf := range leaves {
		if err := conn.Subscribe(ctx, wire.AllBoxes(b.Province, leaf), func(m link.Message) {
			if id, err := wire.BoxOf(m.Topic(), b.Province, leaf); err == nil {
				f.hear(id, leaf, m.Payload())
			}
		}); err != nil {
			return err
		}
	}
	up(nil)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-conn.Lost():
		return fmt.Errorf("connection lost: %w", conn.Err())
	}
}
