package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"checkpoint/cmd/internal/report"
	"checkpoint/cmd/internal/rig"
	"checkpoint/store/build/input"
	"checkpoint/store/keys"
	"checkpoint/store/snapshot"
)

// peer is a store that is measured beside the register, by bench-register-peers.
type peer struct{ name, title, notes string }

func peers() []peer {
	return []peer{
		{"sqlite", "SQLite", "modernc.org/sqlite v1.61.1 (no cgo); pages of 4 KiB, WITHOUT ROWID, 32 MiB of cache, opened immutable"},
		{"pebble", "Pebble", "v2.1.7; blocks of 4 KiB, Bloom filters of 10 bits, no compression, 32 MiB of cache, compacted to one level, opened read-only"},
		{"bbolt", "bbolt, one key an entry", "v1.5.0; pages of 4 KiB filled to the brim, opened read-only without the list of free pages"},
	}
}

// loaded is what bench-register-peers says of a load.
type loaded struct {
	Entries int
	Took    time.Duration
	Bytes   int64
}

// measurePeers has other stores hold the records of the base layer and find
// those that the register was asked for.
func measurePeers(o *options, p *province, t *report.Table) error {
	if _, err := os.Stat(o.peers); err != nil {
		fmt.Fprintln(p.log, "no other stores are measured:", err)
		return nil
	}
	tags, err := p.tags(o.asked())
	if err != nil {
		return err
	}
	for _, peer := range peers() {
		if err := p.measurePeer(o, t, peer, tags); err != nil {
			return fmt.Errorf("%s: %w", peer.title, err)
		}
	}
	return nil
}

func (p *province) measurePeer(o *options, t *report.Table, peer peer, tags []byte) error {
	fmt.Fprintln(p.log, "the same records in", peer.title)
	dir := p.path(peer.name)
	if err := errors.Join(os.RemoveAll(dir), os.Mkdir(dir, 0o755)); err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var l loaded
	if err := p.peer(o.peers, peer, "load", noLimit{}, &l, p.feed); err != nil {
		return err
	}
	limit, note := limited(o.limit)
	defer limit.remove()
	var r answered
	waited := rig.PressureNow()
	err := p.peer(o.peers, peer, "look", limit, &r, func(w io.Writer) error {
		n := len(tags) / snapshot.TagSize
		first, last := split(n)
		return errors.Join(binary.Write(w, binary.BigEndian, []uint32{uint32(first), uint32(last - first), uint32(n - last)}), write(w, tags))
	})
	if err != nil {
		return err
	}
	t.Add(peer.title+": the base layer's records on disk / load", "–", fmt.Sprintf("%.1f MB / %.1f s", float64(l.Bytes)/1e6, l.Took.Seconds()), fmt.Sprintf("%d entries by rising tag, sealed already; %s", l.Entries, peer.notes))
	t.Add(peer.title+": lookup, steady state: p50 / p99", "–", µs(r.Then.P50)+" / "+µs(r.Then.P99), fmt.Sprintf("%d bytes read each; %s; opened in %s; one store instead of three layers, nothing proven, no record opened; %s", r.Then.Read, note, ms(r.Open), waited.String()))
	t.Add(peer.title+": just after boot; warm: p50 / p99", "–", fmt.Sprintf("%s / %s; %s / %s", µs(r.First.P50), µs(r.First.P99), µs(r.Warm.P50), µs(r.Warm.P99)), fmt.Sprintf("%d bytes read each just after boot", r.First.Read))
	return nil
}

func write(w io.Writer, b []byte) error {
	_, err := w.Write(b)
	return err
}

// peer runs bench-register-peers, gives it what feed writes, and reads its answer.
func (p *province) peer(tool string, peer peer, act string, limit limit, answer any, feed func(io.Writer) error) error {
	c := exec.CommandContext(p.ctx, tool, "--store", peer.name, "--dir", p.path(peer.name), act)
	c.Stderr = p.log
	var out bytes.Buffer
	c.Stdout = &out
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	err = limit.take(c.Process.Pid)
	w := bufio.NewWriterSize(in, 1<<20)
	if err := errors.Join(err, feed(w), w.Flush(), in.Close(), c.Wait()); err != nil {
		return err
	}
	return json.Unmarshal(out.Bytes(), answer)
}

// feed writes the base layer's entries: tag, length (1 byte), sealed record.
func (p *province) feed(w io.Writer) error {
	ref, _, err := p.layer(1)
	if err != nil {
		return err
	}
	layer, err := snapshot.OpenLayer(snapshot.LayersDir(p.snapshot(1)), ref)
	if err != nil {
		return err
	}
	defer layer.Close()
	var record []byte
	return layer.EachSealed(func(tag, sealed []byte) error {
		record = append(append(append(record[:0], tag...), byte(len(sealed))), sealed...)
		return write(w, record)
	})
}

// tags are the tags of the people that the register is asked for.
func (p *province) tags(n int) (tags []byte, err error) {
	pepper, err := snapshot.ReadPepper(p.path("keys/" + keys.PepperFile))
	if err != nil {
		return nil, err
	}
	people, err := p.people(n)
	for _, who := range people {
		tag := pepper.Tag(input.KindOf(who.Number), who.Number)
		tags = append(tags, tag[:]...)
	}
	return tags, err
}
