package chain

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"checkpoint/store/build"
	"checkpoint/store/build/keycache"
	"checkpoint/store/build/state"
	"checkpoint/store/snapshot"
)

// Order says which snapshot to make.
type Order struct {
	Out      string            // its directory
	Manifest snapshot.Manifest // all but the layers
	Kind     snapshot.LayerKind
	Below    *Snapshot // nil: a base
	// Partial: the source holds the rows that changed and no others. Nothing
	// can be built against the result.
	Partial bool
	Pepper  snapshot.Pepper
	Work    snapshot.Work
	Sites   build.Sites // lists of sites
	Keys    string      // directory for stretched keys, if the manifest asks for a stretch; empty: none are kept
}

// Result is what was made.
type Result struct {
	build.Counts
	Manifest  snapshot.Manifest
	Unchanged bool     // nothing differs from the snapshot below: its layers are this one's
	Ignored   []string // files with stretched keys of another pepper or stretch
}

// Build makes a snapshot directory of the source, not signed, and its state
// beside it. When it fails, what was there before is as it was.
func Build(src build.Source, o Order) (r Result, err error) {
	before := standing(o.Out)
	if r, err = o.build(src); err != nil {
		return r, errors.Join(err, takeBack(o.Out, before))
	}
	return r, nil
}

func (o *Order) build(src build.Source) (r Result, err error) {
	if err := o.check(); err != nil {
		return r, err
	}
	if err := o.carryLayers(); err != nil {
		return r, err
	}
	plan := snapshot.Plan{Province: o.Manifest.Province, Kind: o.Kind, Number: o.Manifest.Number, Stretch: o.Manifest.Stretch, Work: o.Work}
	keys, err := o.keys()
	if err != nil {
		return r, err
	}
	if keys != nil {
		defer keys.Close()
		r.Ignored, plan.Work.Keys = keys.Others(), keys
	}
	if o.Partial {
		err = o.layer(src, plan, &r)
	} else {
		err = o.difference(src, plan, &r)
	}
	if err == nil && keys != nil {
		err = keys.Finish()
	}
	if err == nil {
		r.Manifest.Sites, err = o.Sites.Layers(plan, o.Pepper, snapshot.LayersDir(o.Out))
	}
	if err != nil {
		return r, err
	}
	return r, snapshot.WriteBundle(o.Out, r.Manifest)
}

// check finishes the order.
func (o *Order) check() error {
	if o.Below == nil {
		return nil
	}
	m, below := &o.Manifest, o.Below.Manifest
	if m.Number <= below.Number || m.Province != below.Province {
		return fmt.Errorf("snapshot %d of %s cannot go on snapshot %d of %s", m.Number, m.Province, below.Number, below.Province)
	}
	m.Layers = below.Layers
	return nil
}

// difference builds from the whole province: against what stands below, if a
// snapshot does. The state appears before the manifest, so that every snapshot
// that is there can be built against.
func (o *Order) difference(src build.Source, plan snapshot.Plan, r *Result) error {
	if o.Below != nil {
		below, err := o.Below.State(o.Pepper)
		if err != nil {
			return err
		}
		defer below.Close()
		plan.Below = below
	}
	stands, err := state.Create(state.Path(o.Out))
	if err != nil {
		return err
	}
	defer stands.Close()
	plan.Stands = stands.Add
	if err := o.layer(src, plan, r); err != nil {
		return err
	}
	m := r.Manifest
	return stands.Commit(state.Header{Province: m.Province, Number: m.Number, Pepper: o.Pepper.ID(), Layer: m.Layers[0].Root})
}

// layer builds the layer, or finds that none is needed.
func (o *Order) layer(src build.Source, plan snapshot.Plan, r *Result) error {
	ref, counts, err := build.Layer(src, plan, o.Pepper, snapshot.LayersDir(o.Out))
	r.Counts, r.Manifest = counts, o.Manifest
	if errors.Is(err, snapshot.ErrUnchanged) {
		r.Unchanged = true
		return nil
	}
	r.Manifest.Layers = append([]snapshot.LayerRef{ref}, o.Manifest.Layers...)
	return err
}

func (o *Order) keys() (*keycache.Cache, error) {
	if o.Manifest.Stretch == snapshot.StretchNone || o.Keys == "" {
		return nil, nil
	}
	return keycache.Open(keycache.Options{Dir: o.Keys, Pepper: o.Pepper, Stretch: o.Manifest.Stretch, Whole: o.Below == nil, Temp: o.Work.Temp})
}

// carryLayers puts the layers below into the new snapshot's directory, so that
// it is whole by itself.
func (o *Order) carryLayers() error {
	if err := os.MkdirAll(snapshot.LayersDir(o.Out), 0o755); err != nil {
		return fmt.Errorf("make snapshot directory: %w", err)
	}
	if err := snapshot.RemoveUnfinished(snapshot.LayersDir(o.Out)); err != nil {
		return err
	}
	for _, l := range o.Manifest.Layers {
		from, to := filepath.Join(snapshot.LayersDir(o.Below.Dir), l.FileName()), filepath.Join(snapshot.LayersDir(o.Out), l.FileName())
		if err := os.Link(from, to); err == nil || errors.Is(err, fs.ErrExist) {
			continue
		}
		if err := copyFile(from, to); err != nil {
			return fmt.Errorf("carry layer: %w", err)
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = out.ReadFrom(in)
	return errors.Join(err, out.Sync(), out.Close())
}

// standing is what of the snapshot's directories is there before the build,
// the outer first.
func standing(out string) (there []string) {
	for _, dir := range []string{out, snapshot.LayersDir(out)} {
		if _, err := os.Lstat(dir); err == nil {
			there = append(there, dir)
		}
	}
	return there
}

// takeBack removes the directories that a failed build has made, with what it
// put into them: a snapshot that is not whole must not be carried to a box.
func takeBack(out string, before []string) error {
	for _, dir := range []string{out, snapshot.LayersDir(out)} {
		if !slices.Contains(before, dir) {
			return os.RemoveAll(dir)
		}
	}
	return nil
}
