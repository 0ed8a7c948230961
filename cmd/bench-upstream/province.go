package main

import (
	"context"
	"crypto/ed25519"
	"crypto/hpke"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/jackc/pgx/v5"

	"checkpoint/cmd/internal/cli"
	"checkpoint/cmd/internal/headquarters"
	"checkpoint/cmd/internal/rig"
	"checkpoint/cmd/internal/stand"
	"checkpoint/store/durable"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
	"checkpoint/sync/mosquittotest"
	"checkpoint/sync/uplink"
)

// provinceID is the province's; the sample's, whose data the daemon has.
const provinceID = "mau"

// people in the data of the daemon that is measured beside the others.
const people = 100_000

// province is the data centre, and what boxes need to reach it.
type province struct {
	*headquarters.Headquarters
	authority *mosquittotest.Authority
	trust     snapshot.Trust
	sealTo    hpke.PublicKey
	state     string // of the real daemon
	collector int    // process
}

func (b *bench) province(ctx context.Context, s *stand.Stand) (*province, error) {
	fmt.Fprintln(b.io.Err, "prepare: broker, database, a province of", people, "people")
	if err := rig.Sample(ctx, b.bin, b.dir, people, cli.IO{Out: io.Discard, Err: io.Discard}); err != nil {
		return nil, err
	}
	p := &province{authority: mosquittotest.NewAuthority(s), state: filepath.Join(b.dir, "state")}
	var err error
	if p.trust, err = snapshot.ReadTrust(filepath.Join(b.dir, "keys", keys.ProvinceFile)); err != nil {
		return nil, err
	}
	if p.sealTo, err = keys.RecordsPublic(p.trust); err != nil {
		return nil, err
	}
	if err := rig.Enrol(filepath.Join(b.dir, "keys"), p.state); err != nil {
		return nil, err
	}
	load := exec.CommandContext(ctx, filepath.Join(b.bin, "checkpointctl"), "snapshot", "load", "--data", p.state, "--run", b.dir, filepath.Join(b.dir, "snap"))
	if text, err := load.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("load snapshot: %w: %s", err, text)
	}
	p.Headquarters = headquarters.Start(s, headquarters.Options{
		Bin: b.bin, Docs: "docs", Dir: b.dir, Province: provinceID, Keys: filepath.Join(b.dir, "keys"), Certificates: p.authority,
		Settings: []string{"shared_buffers=256MB", "max_wal_size=4GB"},
	})
	p.collector = p.Run("receive")
	return p, nil
}

// uplink is a box's, at an address of the broker.
func (p *province) uplink(box, address string, outbox uplink.Outbox, change func(uplink.Status)) (*uplink.Uplink, error) {
	return uplink.New(uplink.Options{
		Broker: "ssl://" + address, TLS: p.authority.Client(box), Province: provinceID, Box: box, Outbox: outbox,
		Tokens: durable.Bytes(filepath.Join(p.Dir, "tokens", box)), OnChange: change, Log: slog.New(slog.DiscardHandler),
		Collectors: []ed25519.PublicKey{ed25519.PublicKey(p.trust.Collectors.Keys[0].Key)},
	})
}

// daemon runs a real checkpointd with its journal as it lies in its state directory.
func (p *province) daemon(ctx context.Context) (*rig.Daemon, error) {
	ca, cert, key := p.authority.Files(daemonBox)
	return rig.Start(ctx, rig.Setting{
		Program: filepath.Join(p.Bin, "checkpointd"), State: p.state, Run: filepath.Join(p.Dir, "run"), Lanes: 1,
		More: fmt.Sprintf("\n[mqtt]\nbroker = %q\nca = %q\ncert = %q\nkey = %q\n", p.Broker.SecureURL(), ca, cert, key),
	})
}

// daemonBox is the id that rig gives its daemons.
const daemonBox = "do-0001"

// watch looks at a daemon's memory, and gives it something to decide, once a
// second until ctx ends.
func watch(ctx context.Context, d *rig.Daemon) (m rig.Memory, err error) {
	every := time.NewTicker(time.Second)
	defer every.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return m, err
		case <-every.C:
			err = m.See(d.PID())
			s := d.Stations[0]
			if err == nil {
				err = s.Load(fmt.Sprintf("a parcel's label %d", n)) // no guard is needed for it
			}
			if err == nil {
				_, err = s.Fire()
			}
			if err != nil {
				return m, err
			}
		}
	}
}

// busy is the processor time of all that is not the daemon that is watched.
type busy struct{ boxes, broker, collector, database time.Duration }

func (p *province) busy() busy {
	return busy{rig.Processor(os.Getpid(), false), rig.Processor(p.Broker.PID(), false), rig.Processor(p.collector, false), rig.Processor(p.Cluster.PID(), true)}
}

// since tells what was used after an earlier look.
func (b busy) since(was busy) string {
	return fmt.Sprintf("processor time: boxes %s, broker %s, collectord %s, database %s",
		seconds(b.boxes-was.boxes), seconds(b.broker-was.broker), seconds(b.collector-was.collector), seconds(b.database-was.database))
}

// ask asks the database for one row.
func (p *province) ask(ctx context.Context, sql string, into ...any) error {
	conn, err := pgx.Connect(ctx, p.Cluster.URL(headquarters.Database))
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return conn.QueryRow(ctx, sql).Scan(into...)
}

func makeDirs(names ...string) error {
	for _, name := range names {
		if err := os.MkdirAll(name, 0o700); err != nil {
			return err
		}
	}
	return nil
}
