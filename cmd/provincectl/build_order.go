package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"checkpoint/cmd/internal/cli"
	"checkpoint/store/build/chain"
	"checkpoint/store/snapshot"
	"checkpoint/verify/policy"
)

// order decides number, layer, time and policy, and why the layer.
func (o *buildOptions) order(province string) (order chain.Order, why string, err error) {
	kind, err := o.kind()
	if err != nil {
		return order, "", err
	}
	shelf := chain.Shelf(o.snapshots)
	var list []chain.Snapshot
	if o.snapshots != "" {
		if list, err = shelf.List(); err != nil {
			return order, "", err
		}
	}
	choice, err := o.choose(list, kind)
	if err != nil {
		return order, "", chooseHint(err)
	}
	m := snapshot.Manifest{Province: province, Number: 1, Created: time.Now().Unix(), Policy: policy.Sample()}
	if m.Stretch, err = o.stretch.of(o.keys); err != nil {
		return order, "", err
	}
	before := choice.Below
	if len(list) > 0 {
		before = &list[len(list)-1]
	}
	if before != nil {
		m.Number, m.Policy, m.Trusted, m.Zones = before.Manifest.Number+1, before.Manifest.Policy, before.Manifest.Trusted, before.Manifest.Zones
	}
	if choice.Below != nil {
		m.Stretch = choice.Below.Manifest.Stretch
	}
	if o.snapshots != "" && before != nil && o.number > 0 && o.number < m.Number {
		return order, "", fmt.Errorf("snapshot %d: %s has snapshot %d already", o.number, o.snapshots, before.Manifest.Number)
	}
	m.Number = cmp.Or(o.number, m.Number)
	if m.Number > snapshot.MaxNumber {
		return order, "", cli.Usage("snapshot build: --number %d: want at most %d, numbers only rise", m.Number, uint64(snapshot.MaxNumber))
	}
	if err := o.dated(&m); err != nil {
		return order, "", err
	}
	order = chain.Order{Out: cmp.Or(o.out, "snap"), Manifest: m, Kind: choice.Kind, Below: choice.Below, Partial: o.on != ""}
	if o.snapshots != "" {
		order.Out = shelf.Dir(m.Number)
	}
	if before != nil {
		order.Sites.Before = before.Manifest.Sites
	}
	order.Keys = cmp.Or(o.stretched, filepath.Dir(filepath.Clean(order.Out)))
	return order, choice.Why, nil
}

// kind is the kind of layer that was asked for; 0 asks for none. What does not
// go together on the command line is told.
func (o *buildOptions) kind() (kind snapshot.LayerKind, err error) {
	for _, k := range []snapshot.LayerKind{snapshot.LayerBase, snapshot.LayerDaily, snapshot.LayerHourly} {
		if k.String() == o.layer {
			kind = k
		}
	}
	switch {
	case kind == 0 && o.layer != "":
		return 0, cli.Usage("snapshot build: --layer: want base, daily or hourly")
	case o.on != "" && (o.snapshots != "" || o.against != ""):
		return 0, cli.Usage("snapshot build: --on is for layers by hand; --snapshots and --against build from the whole of the data")
	case o.removed != "" && o.on == "":
		return 0, cli.Usage("snapshot build: --removed goes with --on; otherwise who is not in the files is removed")
	case o.snapshots != "" && o.out != "":
		return 0, cli.Usage("snapshot build: the snapshot lies in --snapshots or in --out, not in both")
	case kind == snapshot.LayerBase && (o.on != "" || o.against != ""), kind > snapshot.LayerBase && o.on == "" && o.against == "" && o.snapshots == "", kind == 0 && o.on != "":
		return 0, cli.Usage("snapshot build: --layer base stands alone; daily and hourly go --on a snapshot, or --against one")
	}
	return kind, nil
}

// choose decides what the layer goes on.
func (o *buildOptions) choose(list []chain.Snapshot, kind snapshot.LayerKind) (chain.Choice, error) {
	below := cmp.Or(o.on, o.against)
	switch {
	case below == "" && o.snapshots == "":
		return chain.Choice{Kind: snapshot.LayerBase}, nil
	case below == "":
		return chain.Choose(list, kind)
	case o.snapshots != "":
		n, err := strconv.ParseUint(below, 10, 64)
		if err != nil {
			return chain.Choice{}, cli.Usage("snapshot build: --against: want the number of a snapshot in --snapshots")
		}
		below = chain.Shelf(o.snapshots).Dir(n)
	}
	s, err := chain.Read(below)
	if err != nil {
		return chain.Choice{}, err
	}
	return chain.On(&s, cmp.Or(kind, snapshot.LayerHourly))
}

func chooseHint(err error) error {
	if errors.Is(err, chain.ErrFull) || errors.Is(err, chain.ErrNothingBelow) {
		return cli.Hint(err, "dựng bản gốc mới: cùng lệnh với --layer base, không có --on và --against, từ toàn bộ dữ liệu / build a new base: the same command with --layer base, without --on and --against, from the whole of the data")
	}
	return err
}

// setClock is the next step after a time that cannot be.
const setClock = "set the clocks of the machines that build and publish (timedatectl set-ntp true)"

// dated sets time, policy, trust list and levels, where the command line says
// them.
func (o *buildOptions) dated(m *snapshot.Manifest) (err error) {
	if o.created != "" {
		t, err := time.Parse(time.RFC3339, o.created)
		if err != nil {
			return cli.Usage("snapshot build: --created: want RFC 3339, such as 2021-10-01T02:00:00+07:00")
		}
		m.Created = t.Unix()
	}
	if err := m.Plausible(time.Now()); err != nil {
		return cli.Hint(err, "chưa dựng gì; chỉnh giờ máy dựng và máy đưa ra; --created là lúc lấy dữ liệu / nothing was built; %s; --created is when the data were taken", setClock)
	}
	if o.trusted != "" {
		list, err := readTrustList(o.trusted)
		if err != nil {
			return err
		}
		m.Trusted = list
	}
	if o.zones != "" {
		if m.Zones, err = readZones(o.zones, o.columns); err != nil {
			return err
		}
	}
	if o.policy == "" {
		return nil
	}
	if _, err := readPolicy(o.policy); err != nil {
		return err
	}
	text, err := os.ReadFile(o.policy)
	if err != nil {
		return err
	}
	m.Policy = text
	return nil
}
