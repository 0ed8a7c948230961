package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"checkpoint/cmd/internal/rig"
	"checkpoint/cmd/internal/snapshots"
	"checkpoint/store/build/sample"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
)

// box is a checkpoint box that a daemon runs on, and the province's server that
// it asks.
type box struct {
	*province
	people *sample.Province
	cards  *rig.Cards
	mirror *mirror
	disk   *rig.OwnDisk
	daemon *rig.Daemon
}

// newBox enrols a box on a disk of its own, loads snapshot n, and opens the
// province's repository.
func newBox(p *province, people int, seed uint64, n int) (b *box, err error) {
	made, err := sample.New(sample.Options{People: people, Seed: seed, Date: p.date})
	if err != nil {
		return nil, err
	}
	if err := p.repository(); err != nil {
		return nil, err
	}
	_, size, err := p.layer(1)
	if err != nil {
		return nil, err
	}
	b = &box{province: p, people: made, cards: &rig.Cards{Province: made, People: people}}
	if b.disk, err = rig.NewOwnDisk(p.ctx, p.path("disk"), 4*size+1<<30); err != nil {
		return nil, err
	}
	if b.disk.Dir == "" {
		b.disk.Dir = p.path("disk")
	}
	if b.mirror, err = newMirror(p.path("repo"), p.path("mirror.pem")); err != nil {
		return nil, errors.Join(err, b.close())
	}
	err = rig.Enrol(p.path("keys"), b.state())
	if err == nil {
		var store *snapshot.Box
		if store, _, err = snapshots.Store(b.state()); err == nil {
			_, err = store.Load(p.snapshot(n), snapshot.Incoming{Check: snapshots.Check})
		}
	}
	if err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *box) state() string { return filepath.Join(b.disk.Dir, "state") }

// start runs the daemon. more are further lines about updates.
func (b *box) start(more string) (err error) {
	b.daemon, err = rig.Start(b.ctx, rig.Setting{Program: b.checkpointd, State: b.state(), Run: b.path("run"), Lanes: 1, More: b.mirror.section(more)})
	return err
}

func (b *box) close() (err error) {
	if b.daemon != nil {
		err = b.daemon.End()
	}
	if b.mirror != nil {
		b.mirror.Close()
	}
	return errors.Join(err, b.disk.Close())
}

// repository begins what the province publishes.
func (p *province) repository() error {
	if err := os.RemoveAll(p.path("repo")); err != nil {
		return err
	}
	_, err := p.command("publish", "init", "--trust", p.path("keys/"+keys.ProvinceFile), "--online", p.path("keys/"+keys.OnlineFile), "--repo", p.path("repo"))
	for officer := range 2 {
		if err == nil {
			_, err = p.command("publish", "sign", "--key", p.path("keys/"+keys.OfficerFile(officer+1)), "--repo", p.path("repo"))
		}
	}
	return err
}

func (p *province) publish(n int) error {
	_, err := p.command("snapshot", "publish", "--repo", p.path("repo"), "--online", p.path("keys/"+keys.OnlineFile), p.snapshot(n))
	return err
}

// meanwhile is what people noticed while a snapshot arrived.
type meanwhile struct {
	rig.Latencies
	rig.Memory
	active time.Time // when the daemon said that it uses the snapshot
}

// until lets people through until the daemon uses snapshot n, or, for n = 0,
// until enough have come. With enough = 0 nobody comes.
func (b *box) until(n uint64, enough int) (m meanwhile, err error) {
	ctx, cancel := context.WithTimeout(b.ctx, time.Hour)
	defer cancel()
	watched := make(chan error, 1)
	stop := make(chan struct{})
	go func() { watched <- b.watch(ctx, n, &m, stop) }()
	for done := false; !done; {
		switch {
		case n == 0 && len(m.Lamp) >= enough:
			close(stop)
			err = <-watched
			return m, err
		case enough == 0:
			err = <-watched
			return m, err
		}
		select {
		case err = <-watched:
			done = true
		default:
			if err := b.daemon.Round(ctx, b.cards, &m.Latencies); err != nil {
				close(stop)
				return m, errors.Join(err, <-watched)
			}
		}
	}
	return m, err
}

// watch looks at the daemon's memory, and asks it which snapshot it uses.
func (b *box) watch(ctx context.Context, n uint64, m *meanwhile, stop <-chan struct{}) error {
	t := time.NewTicker(10 * time.Millisecond)
	defer t.Stop()
	for looks := 0; ; looks++ {
		select {
		case <-ctx.Done():
			return fmt.Errorf("snapshot %d was not used: %w", n, ctx.Err())
		case <-stop:
			return nil
		case <-t.C:
		}
		if looks%10 == 0 {
			if err := m.See(b.daemon.PID()); err != nil {
				return err
			}
		}
		if n == 0 {
			continue
		}
		s, err := b.daemon.Status(ctx)
		if err != nil {
			return err
		}
		if s.Snapshot.Number == n {
			m.active = time.Now()
			return nil
		}
	}
}

// writeOnce is how long the box's disk takes for so many bytes, written one
// after the other and synced at the end.
func (b *box) writeOnce(size int64) (time.Duration, error) {
	path := filepath.Join(b.disk.Dir, "once")
	defer os.Remove(path)
	f, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	chunk := make([]byte, 1<<20)
	for i := range chunk {
		chunk[i] = byte(rand.Uint32())
	}
	started := time.Now()
	for left := size; left > 0; left -= int64(len(chunk)) {
		if _, err := f.Write(chunk[:min(left, int64(len(chunk)))]); err != nil {
			return 0, err
		}
	}
	err = f.Sync()
	return time.Since(started), err
}
