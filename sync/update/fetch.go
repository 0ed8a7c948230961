package update

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"checkpoint/store/snapshot"
	"checkpoint/store/system"
)

// maxTries is how often a broken link is tried again without a byte of gain.
const maxTries = 4

// room refuses what the card cannot hold beside the snapshot in use.
func (c *Client) room(layers []snapshot.LayerRef) error {
	need := int64(0)
	for _, ref := range layers {
		size, err := snapshot.StreamSize(ref)
		if err != nil {
			return err
		}
		if info, err := os.Stat(filepath.Join(c.o.Box.ArrivingDir(), ref.FileName())); err == nil {
			size -= min(size, system.OnDisk(info)) // it is as long as it will be, with holes
		}
		need += size + size/12 // pages are not filled to the last byte
	}
	return c.o.Box.Room(need, c.o.Reserve)
}

// fetch brings a layer in and proves it from the card.
func (c *Client) fetch(ctx context.Context, ref snapshot.LayerRef) error {
	dir := c.o.Box.ArrivingDir()
	a, err := snapshot.OpenArrival(ctx, dir, ref)
	if err == nil {
		err = errors.Join(c.arrive(ctx, a, ref), a.Close())
	}
	if errors.Is(err, snapshot.ErrCard) { // each block was proven before it was written
		c.o.Log.Error("layer set aside", "layer", ref.FileName()[:12], "error", err)
		err = errors.Join(err, c.o.Box.Quarantine(dir, ref))
	}
	return roomError(err)
}

// arrive follows the stream over broken links.
func (c *Client) arrive(ctx context.Context, a *snapshot.Arrival, ref snapshot.LayerRef) error {
	return c.persist(ctx, a, func() error { return c.take(ctx, a, ref) })
}

// arrival is what comes in pieces, and goes on where it broke.
type arrival interface {
	Offset() int64
	Complete() bool
}

// persist takes pieces until an arrival is complete.
func (c *Client) persist(ctx context.Context, a arrival, take func() error) error {
	wait := c.o.Retry
	for tries := 1; !a.Complete(); tries++ {
		before := a.Offset()
		err := take()
		if err == nil {
			return nil
		}
		if !passing(err) {
			return err
		}
		if a.Offset() > before {
			tries, wait = 0, c.o.Retry
		}
		if tries >= maxTries {
			return err
		}
		c.o.Log.Info("link broke: going on where it broke", "byte", a.Offset(), "error", err)
		if !sleep(ctx, rand.N(wait)+wait/2) {
			return ctx.Err()
		}
		wait = min(2*wait, time.Minute)
	}
	return nil
}

// passing faults are the link's: they may be gone the next time.
func passing(err error) bool {
	return errors.Is(err, ErrLink) || errors.Is(err, ErrSlow) || errors.Is(err, snapshot.ErrCut)
}

// take reads as much of a stream as comes.
func (c *Client) take(ctx context.Context, a *snapshot.Arrival, ref snapshot.LayerRef) error {
	return c.read(ctx, snapshot.StreamPath(ref), a.Offset(), func(r io.Reader) error {
		if err := a.TakeHead(r); err != nil {
			return err
		}
		return c.takeBlocks(a, ref, r)
	})
}

func (c *Client) takeBlocks(a *snapshot.Arrival, ref snapshot.LayerRef, r io.Reader) error {
	all, err := snapshot.StreamSize(ref)
	if err != nil {
		return err
	}
	return a.Take(&told{r, c, ref.FileName()[:12], a.Offset(), all})
}

func (c *Client) read(ctx context.Context, name string, from int64, use func(io.Reader) error) error {
	body, err := c.o.Carrier.Open(ctx, name, from)
	if err != nil {
		return linkError(name, err)
	}
	defer body.Close()
	return use(&named{body, name})
}

// named makes errors of the link tell that they are.
type named struct {
	r    io.Reader
	name string
}

func (n *named) Read(p []byte) (int, error) {
	read, err := n.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = linkError(n.name, err)
	}
	return read, err
}

// told counts what comes for the status.
type told struct {
	r         io.Reader
	c         *Client
	layer     string
	done, all int64
}

func (t *told) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	t.done += int64(n)
	t.c.mu.Lock()
	t.c.status.Fetching, t.c.status.Done, t.c.status.All = t.layer, t.done, t.all
	t.c.mu.Unlock()
	if t.c.o.Progress != nil {
		t.c.o.Progress("fetch "+t.layer, t.done, t.all)
	}
	return n, err
}

func roomError(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("%w: %w", ErrNoRoom, err)
	}
	return err
}

// sleep is false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
